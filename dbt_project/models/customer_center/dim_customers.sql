with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

identifiers as (

    select
        customer_id,
        count(*) as periods,
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

-- an identifier that came back to the same customer is one all the same
regained as (

    select
        later.customer_id,
        count(distinct {{ ordered_pair('later.identifier_id', 'later.held_from') }}) as periods
    from {{ ref('customer_identifiers') }} as later
    inner join {{ ref('customer_identifiers') }} as earlier
        on
            later.identifier_id = earlier.identifier_id
            and later.customer_id = earlier.customer_id
            and later.held_from > earlier.held_from
    where later.held_from > {{ begin_of_time() }}
    group by later.customer_id

),

lifetime_tiers as (

    {{ tiers_on('lifetime', '(select as_of_date from as_of)') }}

),

active_tiers as (

    {{ tiers_on('active', '(select as_of_date from as_of)') }}

),

first_touch as (

    select first_touch.*
    from {{ ref('int_customers__first_touch') }} as first_touch
    cross join as_of
    where first_touch.touched_date <= as_of.as_of_date

),

totals as (

    select * from {{ ref('int_customers__totals_as_of') }}

),

scores as (

    select scores.*
    from {{ ref('int_customers__scores') }} as scores
    inner join as_of on scores.scored_date = as_of.as_of_date

),

-- of two platforms the one where the customer has come further
lifecycles as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by stage_number desc nulls last, lifecycle_platform desc nulls last
        ) as lifecycle_number
    from {{ ref('int_customers__lifecycle_stages') }}

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

consents as (

    select
        customer_id,
        bool_or(has_consent) as has_marketing_consent,
        {{ sorted_values('channel', 'has_consent') }} as consented_channels
    from {{ ref('customer_consents') }}
    group by customer_id

)

select
    identifiers.customer_id,
    lifetime_tiers.tier as lifetime_tier,
    active_tiers.tier as active_tier,
    lifecycles.lifecycle_stage,
    lifecycles.lifecycle_platform,
    first_touch.channel as first_channel,
    first_touch.domain as first_domain,
    totals.home_channel,
    memberships.member_level,
    memberships.store_name as home_store,
    memberships.guide_name,
    consents.consented_channels,
    cast(identifiers.periods - coalesce(regained.periods, 0) as bigint) as identifiers,
    cast(coalesce(totals.touches, 0) as bigint) as touches,
    cast(coalesce(totals.orders, 0) as bigint) as orders,
    cast(coalesce(totals.purchase_days, 0) as bigint) as purchase_days,
    cast(coalesce(totals.gmv_cny, 0) as decimal(18, 4)) as gmv_cny,
    cast(coalesce(totals.refund_cny, 0) as decimal(18, 4)) as refund_cny,
    cast(coalesce(totals.net_gmv_cny, 0) as decimal(18, 4)) as net_gmv_cny,
    cast(scores.recency_score as integer) as recency_score,
    cast(scores.frequency_score as integer) as frequency_score,
    cast(scores.monetary_score as integer) as monetary_score,
    identifiers.has_phone,
    identifiers.has_unionid,
    identifiers.has_wechat_openid,
    identifiers.has_wecom_contact,
    identifiers.has_tmall_nick,
    identifiers.has_crm_card,
    memberships.membership_key is not null as is_member,
    consents.has_marketing_consent,
    coalesce(scores.is_super_user, false) as is_super_user,
    coalesce(scores.is_deal_hunter, false) as is_deal_hunter,
    identifiers.first_seen_at,
    lifetime_tiers.valid_from as lifetime_tier_since,
    active_tiers.valid_from as active_tier_since,
    first_touch.touched_at as first_touch_at,
    totals.last_touch_at,
    totals.first_order_date,
    totals.last_order_date,
    next_orders.next_order_expected_date,
    as_of.as_of_date
from identifiers
cross join as_of
left join regained on identifiers.customer_id = regained.customer_id
left join lifetime_tiers on identifiers.customer_id = lifetime_tiers.customer_id
left join active_tiers on identifiers.customer_id = active_tiers.customer_id
left join lifecycles
    on
        identifiers.customer_id = lifecycles.customer_id
        and lifecycles.lifecycle_number = 1
left join first_touch on identifiers.customer_id = first_touch.customer_id
left join totals on identifiers.customer_id = totals.customer_id
left join scores on identifiers.customer_id = scores.customer_id
left join memberships
    on
        identifiers.customer_id = memberships.customer_id
        and memberships.membership_number = 1
left join consents on identifiers.customer_id = consents.customer_id
left join {{ ref('int_customers__next_order') }} as next_orders
    on identifiers.customer_id = next_orders.customer_id
