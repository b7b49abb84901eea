-- Each side is known by the card, else by the phone.
with invitations as (

    select * from {{ ref('stg_referrals__invitations') }}

)

select
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
    ) as invitation_key,
    invitations.account,
    invitations.campaign,
    invitations.referral_status,
    case
        when invitations.inviter_member_id_crm is not null then 'crm_member_id'
        when invitations.inviter_phone_key is not null then 'phone'
    end as inviter_identifier_type,
    coalesce(invitations.inviter_member_id_crm, invitations.inviter_phone_key)
        as inviter_identifier_value,
    case
        when invitations.invitee_member_id_crm is not null then 'crm_member_id'
        when invitations.invitee_phone_key is not null then 'phone'
    end as invitee_identifier_type,
    coalesce(invitations.invitee_member_id_crm, invitations.invitee_phone_key)
        as invitee_identifier_value,
    statuses.is_accepted,
    invitations.invited_at
from invitations
left join {{ ref('referral_status_map') }} as statuses
    on invitations.referral_status = statuses.referral_status
