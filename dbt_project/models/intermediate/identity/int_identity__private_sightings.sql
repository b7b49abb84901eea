-- Where the private domain's exports name an identifier, besides contacts, followers and members.
with wecom_relations as (

    select * from {{ ref('int_wecom__relations') }}

),

group_members as (

    select * from {{ ref('int_wecom__group_memberships') }}
    where is_customer

),

-- A message sent proves nobody; a reaction does.
reactions as (

    select * from {{ ref('int_outreach__sends') }}
    where has_reacted

),

parcel_card_scans as (

    select * from {{ ref('stg_parcel_cards__scans') }}

),

store_visits as (

    select * from {{ ref('stg_stores__visits') }}

),

invitations as (

    select * from {{ ref('stg_referrals__invitations') }}

),

klaviyo_profiles as (

    select * from {{ ref('stg_klaviyo__profiles') }}

),

hubspot_contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

sightings as (

    select
        identifier_type,
        identifier_value,
        source,
        added_at as seen_at
    from wecom_relations
    union all
    select
        identifier_type,
        identifier_value,
        'wecom_group_members' as source,
        joined_at as seen_at
    from group_members
    union all
    select
        'unionid' as identifier_type,
        unionid as identifier_value,
        'wecom_group_members' as source,
        joined_at as seen_at
    from group_members
    union all
    select
        identifier_type,
        identifier_value,
        'outreach_' || medium as source,
        coalesce(clicked_at, unsubscribed_at, sent_at) as seen_at
    from reactions
    union all
    select
        'wechat_openid' as identifier_type,
        account || ':' || openid as identifier_value,
        'parcel_cards_scans' as source,
        scanned_at as seen_at
    from parcel_card_scans
    union all
    select
        'unionid' as identifier_type,
        unionid as identifier_value,
        'parcel_cards_scans' as source,
        scanned_at as seen_at
    from parcel_card_scans
    union all
    select
        'crm_member_id' as identifier_type,
        member_id_crm as identifier_value,
        'stores_visits' as source,
        visited_at as seen_at
    from store_visits
    union all
    select
        'phone' as identifier_type,
        visitor_phone_key as identifier_value,
        'stores_visits' as source,
        visited_at as seen_at
    from store_visits
    union all
    select
        'crm_member_id' as identifier_type,
        inviter_member_id_crm as identifier_value,
        'referrals_invitations' as source,
        invited_at as seen_at
    from invitations
    union all
    select
        'phone' as identifier_type,
        inviter_phone_key as identifier_value,
        'referrals_invitations' as source,
        invited_at as seen_at
    from invitations
    union all
    select
        'crm_member_id' as identifier_type,
        invitee_member_id_crm as identifier_value,
        'referrals_invitations' as source,
        invited_at as seen_at
    from invitations
    union all
    select
        'phone' as identifier_type,
        invitee_phone_key as identifier_value,
        'referrals_invitations' as source,
        invited_at as seen_at
    from invitations
    union all
    select
        'klaviyo_profile_id' as identifier_type,
        account || ':' || klaviyo_id as identifier_value,
        'klaviyo_profiles' as source,
        coalesce(created_at, exported_at) as seen_at
    from klaviyo_profiles
    union all
    select
        'email' as identifier_type,
        email_key as identifier_value,
        'klaviyo_profiles' as source,
        coalesce(created_at, exported_at) as seen_at
    from klaviyo_profiles
    union all
    select
        'phone' as identifier_type,
        phone_key as identifier_value,
        'klaviyo_profiles' as source,
        coalesce(created_at, exported_at) as seen_at
    from klaviyo_profiles
    union all
    select
        'hubspot_contact_id' as identifier_type,
        account || ':' || hubspot_contact_id as identifier_value,
        'hubspot_contacts' as source,
        coalesce(created_at, exported_at) as seen_at
    from hubspot_contacts
    union all
    select
        'email' as identifier_type,
        email_key as identifier_value,
        'hubspot_contacts' as source,
        coalesce(created_at, exported_at) as seen_at
    from hubspot_contacts
    union all
    select
        'phone' as identifier_type,
        phone_key as identifier_value,
        'hubspot_contacts' as source,
        coalesce(created_at, exported_at) as seen_at
    from hubspot_contacts

)

select
    identifier_type,
    identifier_value,
    source,
    seen_at
from sightings
where identifier_value is not null and identifier_value <> ''
