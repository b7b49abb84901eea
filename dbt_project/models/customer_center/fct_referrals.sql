with inviter_sides as (

    select
        invitation_key,
        inviter_identifier_type as identifier_type,
        inviter_identifier_value as identifier_value,
        invited_at
    from {{ ref('int_referrals__invitations') }}

),

inviters as (

    select
        inviter_sides.invitation_key,
        identifiers.identifier_id,
        identity_map.customer_id
    from inviter_sides
    {{ join_customer('inviter_sides', 'inviter_sides.invited_at') }}

),

invitations as (

    select
        *,
        invitee_identifier_type as identifier_type,
        invitee_identifier_value as identifier_value
    from {{ ref('int_referrals__invitations') }}

)

select
    invitations.invitation_key,
    inviters.identifier_id as inviter_identifier_id,
    inviters.customer_id as inviter_customer_id,
    identifiers.identifier_id as invitee_identifier_id,
    identity_map.customer_id as invitee_customer_id,
    'referrals' as source,
    invitations.account,
    invitations.campaign,
    invitations.referral_status,
    inviters.customer_id is not null as is_inviter_identified,
    identity_map.customer_id is not null as is_invitee_identified,
    coalesce(invitations.is_accepted, false) as is_accepted,
    coalesce(inviters.customer_id = identity_map.customer_id, false) as is_self_referral,
    invitations.invited_at,
    {{ local_date('invitations.invited_at') }} as invited_date
from invitations
inner join inviters on invitations.invitation_key = inviters.invitation_key
{{ join_customer('invitations', 'invitations.invited_at') }}
