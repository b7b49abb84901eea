-- Every place where a source names an identifier. What is blank is not an identifier.
with tmall_orders as (

    select * from {{ ref('stg_tmall__orders') }}

),

wecom_contacts as (

    select * from {{ ref('stg_wecom__contacts') }}

),

followers as (

    select * from {{ ref('stg_official_account__followers') }}

),

youzan_customers as (

    select * from {{ ref('stg_youzan__customers') }}

),

members as (

    select * from {{ ref('stg_crm__members') }}

),

pos_sales as (

    select * from {{ ref('stg_pos__sales') }}

),

wecom_relations as (

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

staff_typed_phones as (

    select * from {{ ref('int_identity__staff_typed_phones') }}

),

sightings as (

    select
        'tmall_nick' as identifier_type,
        buyer_nick_key as identifier_value,
        'tmall_orders' as source,
        created_at as seen_at
    from tmall_orders
    union all
    select
        'alipay_account' as identifier_type,
        buyer_alipay_key as identifier_value,
        'tmall_orders' as source,
        created_at as seen_at
    from tmall_orders
    union all
    select
        'phone' as identifier_type,
        receiver_phone_key as identifier_value,
        'tmall_orders' as source,
        created_at as seen_at
    from tmall_orders
    union all
    select
        identifier_type,
        identifier_value,
        source,
        added_at as seen_at
    from wecom_relations
    union all
    select
        'unionid' as identifier_type,
        unionid as identifier_value,
        'wecom_contacts' as source,
        added_at as seen_at
    from wecom_contacts
    union all
    select
        'phone' as identifier_type,
        phone_key as identifier_value,
        source,
        added_at as seen_at
    from staff_typed_phones
    union all
    select
        'wechat_openid' as identifier_type,
        account || ':' || openid as identifier_value,
        'official_account_followers' as source,
        coalesce(subscribed_at, exported_at) as seen_at
    from followers
    union all
    select
        'unionid' as identifier_type,
        unionid as identifier_value,
        'official_account_followers' as source,
        coalesce(subscribed_at, exported_at) as seen_at
    from followers
    union all
    select
        'phone' as identifier_type,
        customer_phone_key as identifier_value,
        'youzan_customers' as source,
        coalesce(became_customer_at, exported_at) as seen_at
    from youzan_customers
    union all
    select
        'crm_member_id' as identifier_type,
        member_id_crm as identifier_value,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at
    from members
    union all
    select
        'crm_member_id' as identifier_type,
        merged_into_member_id_crm as identifier_value,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at
    from members
    union all
    select
        'phone' as identifier_type,
        member_phone_key as identifier_value,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at
    from members
    union all
    select
        'unionid' as identifier_type,
        unionid as identifier_value,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at
    from members
    union all
    select
        'tmall_nick' as identifier_type,
        tmall_nick_key as identifier_value,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at
    from members
    union all
    select
        'crm_member_id' as identifier_type,
        member_id_crm as identifier_value,
        'pos_sales' as source,
        sold_at as seen_at
    from pos_sales
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
        'parcel_card_scans' as source,
        scanned_at as seen_at
    from parcel_card_scans
    union all
    select
        'unionid' as identifier_type,
        unionid as identifier_value,
        'parcel_card_scans' as source,
        scanned_at as seen_at
    from parcel_card_scans
    union all
    select
        'crm_member_id' as identifier_type,
        member_id_crm as identifier_value,
        'store_visits' as source,
        visited_at as seen_at
    from store_visits
    union all
    select
        'phone' as identifier_type,
        visitor_phone_key as identifier_value,
        'store_visits' as source,
        visited_at as seen_at
    from store_visits
    union all
    select
        'crm_member_id' as identifier_type,
        inviter_member_id_crm as identifier_value,
        'referrals' as source,
        invited_at as seen_at
    from invitations
    union all
    select
        'phone' as identifier_type,
        inviter_phone_key as identifier_value,
        'referrals' as source,
        invited_at as seen_at
    from invitations
    union all
    select
        'crm_member_id' as identifier_type,
        invitee_member_id_crm as identifier_value,
        'referrals' as source,
        invited_at as seen_at
    from invitations
    union all
    select
        'phone' as identifier_type,
        invitee_phone_key as identifier_value,
        'referrals' as source,
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
