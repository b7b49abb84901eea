-- A customer with any qualifying behaviour by the as-of day has one tier in each view on that day,
-- dim_customers shows both, and the active tier is never above the lifetime tier.
{{ config(meta={'dagster': {'ref': {'name': 'dim_customers'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

tiers as (

    {% for view in ['lifetime', 'active'] -%}
        select
            '{{ view }}' as tier_view,
            known.customer_id,
            known.tier
        from ({{ tiers_on(view, '(select as_of_date from as_of)') }}) as known
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

current_tiers as (

    select
        customer_id,
        count(*) as tiers,
        max(tier) filter (where tier_view = 'lifetime') as lifetime_tier,
        max(tier) filter (where tier_view = 'active') as active_tier
    from tiers
    group by customer_id

)

select
    customers.customer_id,
    customers.lifetime_tier,
    customers.active_tier,
    current_tiers.tiers
from {{ ref('dim_customers') }} as customers
full outer join current_tiers on customers.customer_id = current_tiers.customer_id
where
    customers.customer_id is null
    or coalesce(current_tiers.tiers, 2) <> 2
    or coalesce(customers.lifetime_tier, '') <> coalesce(current_tiers.lifetime_tier, '')
    or coalesce(customers.active_tier, '') <> coalesce(current_tiers.active_tier, '')
    or {{ tier_rank('customers.active_tier') }} > {{ tier_rank('customers.lifetime_tier') }}
