with identifiers as (

    select
        customer_id,
        count(distinct identifier_id) as identifiers,
        bool_or(identifier_type = 'phone') as has_phone,
        bool_or(identifier_type = 'unionid') as has_unionid,
        bool_or(identifier_type = 'wechat_openid') as has_wechat_openid,
        bool_or(identifier_type = 'wecom_external_userid') as has_wecom_contact,
        bool_or(identifier_type = 'tmall_nick') as has_tmall_nick,
        bool_or(identifier_type = 'crm_member_id') as has_crm_card,
        min(first_seen_at) as first_seen_at
    from {{ ref('customer_identifiers') }}
    where is_identified
    group by customer_id

),

current_tiers as (

    select
        customer_id,
        tier,
        valid_from
    from {{ ref('customer_aipl_history') }}
    where tier_view = 'lifetime' and valid_to is null

),

first_touch as (

    select * from {{ ref('int_customers__first_touch') }}

),

touches as (

    select
        customer_id,
        count(*) as touches,
        max(touched_at) as last_touch_at
    from {{ ref('int_touchpoints') }}
    where is_identified and is_attributable and touched_at is not null
    group by customer_id

),

orders as (

    select
        customer_id,
        count(*) filter (where is_valid) as orders,
        count(distinct case when is_valid then sale_date end) as purchase_days,
        min(sale_date) filter (where is_valid) as first_order_date,
        max(sale_date) filter (where is_valid) as last_order_date,
        sum(gmv_cny) as gmv_cny,
        sum(refund_cny) as refund_cny,
        sum(net_gmv_cny) as net_gmv_cny
    from {{ ref('int_orders') }}
    where is_identified
    group by customer_id

),

memberships as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by
                is_active desc nulls last, joined_at asc nulls last, membership_key asc nulls last
        ) as membership_number
    from {{ ref('fct_memberships') }}
    where is_identified

),

-- consent counts when every card that states it agrees: one refusal is a refusal
consents as (

    select
        customer_id,
        bool_and(has_marketing_consent) as has_marketing_consent
    from memberships
    where has_marketing_consent is not null
    group by customer_id

)

select
    identifiers.customer_id,
    current_tiers.tier as lifetime_tier,
    first_touch.channel as first_channel,
    first_touch.domain as first_domain,
    memberships.member_level,
    memberships.store_name as home_store,
    memberships.guide_name,
    cast(identifiers.identifiers as bigint) as identifiers,
    cast(coalesce(touches.touches, 0) as bigint) as touches,
    cast(coalesce(orders.orders, 0) as bigint) as orders,
    cast(coalesce(orders.purchase_days, 0) as bigint) as purchase_days,
    cast(coalesce(orders.gmv_cny, 0) as decimal(18, 4)) as gmv_cny,
    cast(coalesce(orders.refund_cny, 0) as decimal(18, 4)) as refund_cny,
    cast(coalesce(orders.net_gmv_cny, 0) as decimal(18, 4)) as net_gmv_cny,
    identifiers.has_phone,
    identifiers.has_unionid,
    identifiers.has_wechat_openid,
    identifiers.has_wecom_contact,
    identifiers.has_tmall_nick,
    identifiers.has_crm_card,
    memberships.membership_key is not null as is_member,
    consents.has_marketing_consent,
    identifiers.first_seen_at,
    current_tiers.valid_from as lifetime_tier_since,
    first_touch.touched_at as first_touch_at,
    touches.last_touch_at,
    orders.first_order_date,
    orders.last_order_date
from identifiers
left join current_tiers on identifiers.customer_id = current_tiers.customer_id
left join first_touch on identifiers.customer_id = first_touch.customer_id
left join touches on identifiers.customer_id = touches.customer_id
left join orders on identifiers.customer_id = orders.customer_id
left join memberships
    on
        identifiers.customer_id = memberships.customer_id
        and memberships.membership_number = 1
left join consents on identifiers.customer_id = consents.customer_id
