-- A customer with any qualifying behaviour has one open interval, and dim_customers shows it.
{{ config(meta={'dagster': {'ref': {'name': 'dim_customers'}}}) }}
with current_tiers as (

    select
        customer_id,
        max(tier) as tier,
        count(*) as current_tiers
    from {{ ref('customer_aipl_history') }}
    where is_current
    group by customer_id

),

customers as (

    select distinct customer_id
    from {{ ref('customer_aipl_history') }}

)

select
    customers.customer_id,
    current_tiers.current_tiers,
    dim_customers.lifetime_tier
from customers
left join current_tiers on customers.customer_id = current_tiers.customer_id
left join {{ ref('dim_customers') }} as dim_customers
    on customers.customer_id = dim_customers.customer_id
where
    coalesce(current_tiers.current_tiers, 0) <> 1
    or dim_customers.lifetime_tier is null
    or dim_customers.lifetime_tier <> current_tiers.tier
