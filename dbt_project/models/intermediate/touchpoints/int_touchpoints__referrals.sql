-- An invitation is a share by who invites. For who is invited it is a touch once it was followed.
with invitations as (

    select
        invitations.*,
        statuses.is_accepted,
        'referrals:' || invitations.account || ':' || cast(invitations.invited_at as string) || ':'
        || md5(
            coalesce(invitations.campaign, '')
            || '|' || coalesce(invitations.inviter_member_id_crm, '')
            || '|' || coalesce(invitations.inviter_phone_key, '')
            || '|' || coalesce(invitations.inviter_phone_masked, '')
            || '|' || coalesce(invitations.invitee_member_id_crm, '')
            || '|' || coalesce(invitations.invitee_phone_key, '')
            || '|' || coalesce(invitations.invitee_phone_masked, '')
            || '|' || cast(invitations.invitation_number as string)
        ) as invitation_key
    from {{ ref('stg_referrals__invitations') }} as invitations
    left join {{ ref('referral_status_map') }} as statuses
        on invitations.referral_status = statuses.referral_status

),

touches as (

    select
        invitation_key || ':inviter' as touch_id,
        'shared_or_referred' as behaviour,
        inviter_member_id_crm as member_id_crm,
        inviter_phone_key as phone_key,
        account,
        campaign,
        invited_at
    from invitations
    union all
    select
        invitation_key || ':invitee' as touch_id,
        'referral_accepted' as behaviour,
        invitee_member_id_crm as member_id_crm,
        invitee_phone_key as phone_key,
        account,
        campaign,
        invited_at
    from invitations
    where is_accepted

)

select
    touch_id,
    behaviour,
    case
        when member_id_crm is not null then 'crm_member_id'
        when phone_key is not null then 'phone'
    end as identifier_type,
    coalesce(member_id_crm, phone_key) as identifier_value,
    cast(null as string) as order_key,
    'referrals' as source,
    account,
    '老带新' as medium,
    campaign,
    cast(null as string) as channel,
    false as is_channel_pending,
    invited_at as touched_at
from touches
