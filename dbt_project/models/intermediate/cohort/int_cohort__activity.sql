{{ config(materialized='incremental', incremental_strategy='touched_customers') }}
-- Nothing here depends on the as-of day. Orders that do not count (refunded in full, returns at the
-- till) are no occasions, but their money stays. Refunds join in int_cohort__tracked.
with orders as (

    select * from {{ ref('fct_orders') }}
    where is_identified and sale_date is not null and {{ touched_customers_only('customer_id') }}

),

-- the first occasion of a day, where a setting lets a day have several
occasions as (

    select * from {{ ref('int_orders__occasions') }}
    where
        (previous_occasion_date is null or previous_occasion_date < occasion_date)
        and {{ touched_customers_only('customer_id') }}

),

days as (

    select
        orders.customer_id,
        orders.sale_date,
        sum(case when orders.is_valid then 1 else 0 end) as orders,
        sum(case when orders.is_valid then orders.quantity end) as units,
        sum(orders.gmv_cny) as revenue_gross_cny,
        sum(case when orders.is_valid then costs.cost_cny end) as cost_cny,
        sum(case when orders.is_valid and costs.order_key is null then 1 else 0 end)
            as orders_without_cost
    from orders
    left join {{ ref('int_cohort__order_costs') }} as costs on orders.order_key = costs.order_key
    group by orders.customer_id, orders.sale_date

)

select
    days.customer_id,
    days.sale_date,
    occasions.occasion_number,
    occasions.previous_occasion_date,
    occasions.next_occasion_date,
    cast(days.orders as integer) as orders,
    cast(coalesce(days.units, 0) as decimal(18, 4)) as units,
    cast(days.revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(coalesce(days.cost_cny, 0) as decimal(18, 4)) as cost_cny,
    cast(days.orders_without_cost as integer) as orders_without_cost
from days
left join occasions
    on
        days.customer_id = occasions.customer_id
        and days.sale_date = occasions.occasion_date
