{{
    config(
        materialized='incremental',
        incremental_strategy='by_difference',
        unique_key='touch_id',
        meta={'touches': {'touched_touches': 'touch_id'}}
    )
}}
-- An invitation is a share by who invites. For who is invited it is a touch once it was followed.
with invitations as (

    select * from {{ ref('int_referrals__invitations') }}

),

touches as (

    select
        invitation_key || ':inviter' as touch_id,
        'shared_or_referred' as behaviour,
        inviter_identifier_type as identifier_type,
        inviter_identifier_value as identifier_value,
        account,
        campaign,
        invited_at
    from invitations
    union all
    select
        invitation_key || ':invitee' as touch_id,
        'referral_accepted' as behaviour,
        invitee_identifier_type as identifier_type,
        invitee_identifier_value as identifier_value,
        account,
        campaign,
        invited_at
    from invitations
    where is_accepted

)

select
    touch_id,
    behaviour,
    identifier_type,
    identifier_value,
    cast(null as string) as order_key,
    'referrals' as source,
    account,
    '老带新' as medium,
    campaign,
    cast(null as string) as channel,
    false as is_channel_pending,
    invited_at as touched_at
from touches
