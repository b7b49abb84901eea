-- Pairs of identifiers that the private domain's exports state, besides contacts, followers and
-- members.
with tmall_orders as (

    select * from {{ ref('stg_tmall__orders') }}

),

group_members as (

    select * from {{ ref('int_wecom__group_memberships') }}
    where is_customer

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

pairs as (

    select
        30 as rule_id,
        unionid as identifier_value_a,
        identifier_value as identifier_value_b,
        'wecom_group_members' as source,
        joined_at as seen_at,
        file_id,
        line_number
    from group_members
    union all
    select
        31 as rule_id,
        unionid as identifier_value_a,
        account || ':' || openid as identifier_value_b,
        'parcel_cards_scans' as source,
        scanned_at as seen_at,
        file_id,
        line_number
    from parcel_card_scans
    union all
    select
        32 as rule_id,
        tmall_orders.buyer_nick_key as identifier_value_a,
        parcel_card_scans.account || ':' || parcel_card_scans.openid as identifier_value_b,
        'parcel_cards_scans' as source,
        parcel_card_scans.scanned_at as seen_at,
        parcel_card_scans.file_id,
        parcel_card_scans.line_number
    from parcel_card_scans
    inner join tmall_orders on parcel_card_scans.order_id = tmall_orders.order_id_tmall
    union all
    select
        33 as rule_id,
        member_id_crm as identifier_value_a,
        visitor_phone_key as identifier_value_b,
        'stores_visits' as source,
        visited_at as seen_at,
        file_id,
        line_number
    from store_visits
    union all
    select
        34 as rule_id,
        inviter_member_id_crm as identifier_value_a,
        inviter_phone_key as identifier_value_b,
        'referrals_invitations' as source,
        invited_at as seen_at,
        file_id,
        line_number
    from invitations
    union all
    select
        34 as rule_id,
        invitee_member_id_crm as identifier_value_a,
        invitee_phone_key as identifier_value_b,
        'referrals_invitations' as source,
        invited_at as seen_at,
        file_id,
        line_number
    from invitations
    union all
    select
        36 as rule_id,
        account || ':' || klaviyo_id as identifier_value_a,
        email_key as identifier_value_b,
        'klaviyo_profiles' as source,
        coalesce(created_at, exported_at) as seen_at,
        file_id,
        line_number
    from klaviyo_profiles
    union all
    select
        37 as rule_id,
        account || ':' || klaviyo_id as identifier_value_a,
        phone_key as identifier_value_b,
        'klaviyo_profiles' as source,
        coalesce(created_at, exported_at) as seen_at,
        file_id,
        line_number
    from klaviyo_profiles
    union all
    select
        38 as rule_id,
        account || ':' || hubspot_contact_id as identifier_value_a,
        email_key as identifier_value_b,
        'hubspot_contacts' as source,
        coalesce(created_at, exported_at) as seen_at,
        file_id,
        line_number
    from hubspot_contacts
    union all
    select
        39 as rule_id,
        account || ':' || hubspot_contact_id as identifier_value_a,
        phone_key as identifier_value_b,
        'hubspot_contacts' as source,
        coalesce(created_at, exported_at) as seen_at,
        file_id,
        line_number
    from hubspot_contacts

)

select
    rule_id,
    identifier_value_a,
    identifier_value_b,
    source,
    seen_at,
    file_id,
    line_number
from pairs
