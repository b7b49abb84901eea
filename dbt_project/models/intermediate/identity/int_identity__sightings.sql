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

local_leads as (

    select * from {{ ref('stg_oceanengine__local_leads') }}

),

listed_leads as (

    select * from {{ ref('stg_oceanengine__lead_table') }}

),

staff_typed_phones as (

    select * from {{ ref('int_identity__staff_typed_phones') }}

),

private_sightings as (

    select * from {{ ref('int_identity__private_sightings') }}

),

order_sightings as (

    select * from {{ ref('int_identity__order_sightings') }}

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
        'phone' as identifier_type,
        lead_phone_key as identifier_value,
        'oceanengine_local_leads' as source,
        created_at as seen_at
    from local_leads
    union all
    select
        'phone' as identifier_type,
        lead_phone_key as identifier_value,
        'oceanengine_lead_table' as source,
        created_at as seen_at
    from listed_leads
    union all
    select
        identifier_type,
        identifier_value,
        source,
        seen_at
    from private_sightings
    union all
    select
        identifier_type,
        identifier_value,
        source,
        seen_at
    from order_sightings

)

select
    identifier_type,
    identifier_value,
    source,
    seen_at
from sightings
where identifier_value is not null and identifier_value <> ''
