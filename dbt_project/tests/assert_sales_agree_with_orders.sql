-- The sales mart and fct_orders tell the same orders and the same money up to the as-of day.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_sales_daily'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

sales as (

    select
        coalesce(sum(created_orders), 0) as created_orders,
        coalesce(sum(paid_orders), 0) as paid_orders,
        coalesce(sum(valid_orders), 0) as valid_orders,
        coalesce(sum(gmv_cny), 0) as gmv_cny,
        coalesce(sum(net_gmv_cny), 0) as net_gmv_cny
    from {{ ref('rpt_sales_daily') }}

),

orders as (

    select
        count(*) filter (where orders.created_date <= as_of.as_of_date) as created_orders,
        count(*) filter (where orders.is_paid and orders.sale_date <= as_of.as_of_date)
            as paid_orders,
        count(*) filter (where orders.is_valid and orders.sale_date <= as_of.as_of_date)
            as valid_orders,
        coalesce(sum(orders.gmv_cny) filter (where orders.sale_date <= as_of.as_of_date), 0)
            as gmv_cny,
        coalesce(sum(orders.net_gmv_cny) filter (where orders.sale_date <= as_of.as_of_date), 0)
            as net_gmv_cny
    from {{ ref('fct_orders') }} as orders
    cross join as_of

)

select
    sales.*,
    orders.created_orders as orders_created,
    orders.gmv_cny as orders_gmv_cny
from sales
cross join orders
where
    sales.created_orders <> orders.created_orders
    or sales.paid_orders <> orders.paid_orders
    or sales.valid_orders <> orders.valid_orders
    or sales.gmv_cny <> orders.gmv_cny
    or sales.net_gmv_cny <> orders.net_gmv_cny
