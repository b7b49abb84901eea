{{
    config(
        materialized='incremental',
        incremental_strategy='touched_customers',
        meta={'distinct_texts': ['first_order_key', 'order_keys']}
    )
}}
-- The purchases of one person on one local day are one occasion (setting occasion_merge). Nothing
-- here knows the as-of day: readers take the occasions up to it, as fct_order_sequence does.
with orders as (

    select
        customer_id,
        order_key,
        quantity,
        net_gmv_cny,
        sale_at,
        sale_date,
        lag(sale_at) over (
            partition by customer_id order by sale_at asc nulls last, order_key asc nulls last
        ) as previous_sale_at,
        lag(sale_date) over (
            partition by customer_id order by sale_at asc nulls last, order_key asc nulls last
        ) as previous_sale_date
    from {{ ref('int_orders') }}
    where
        is_valid
        and is_identified
        and sale_at is not null
        and {{ touched_customers_only('customer_id') }}

),

started as (

    select
        *,
        {{ starts_occasion() }} as is_start
    from orders

),

grouped as (

    select
        *,
        {{ occasion_group() }} as occasion_group
    from started

),

occasions as (

    select
        customer_id,
        min(sale_date) as occasion_date,
        min(sale_at) as occasion_at,
        max(order_key) filter (where is_start) as first_order_key,
        {{ sorted_values('order_key', 'not is_start') }} as later_order_keys,
        count(*) as orders,
        cast(sum(quantity) as decimal(18, 4)) as units,
        cast(sum(net_gmv_cny) as decimal(18, 4)) as revenue_net_cny
    from grouped
    group by customer_id, occasion_group

),

sequenced as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by occasion_at asc nulls last, first_order_key asc nulls last
        ) as occasion_number,
        min(occasion_date) over (partition by customer_id) as first_occasion_date,
        lag(occasion_date) over (
            partition by customer_id
            order by occasion_at asc nulls last, first_order_key asc nulls last
        ) as previous_occasion_date,
        {{ next_later_date() }} as next_occasion_date
    from occasions

)

select
    customer_id,
    cast(occasion_number as integer) as occasion_number,
    occasion_date,
    occasion_at,
    first_order_key,
    first_order_key || coalesce(', ' || later_order_keys, '') as order_keys,
    orders,
    units,
    revenue_net_cny,
    first_occasion_date,
    previous_occasion_date,
    next_occasion_date,
    {{ days_between('occasion_date', 'next_occasion_date') }} as gap_days
from sequenced
