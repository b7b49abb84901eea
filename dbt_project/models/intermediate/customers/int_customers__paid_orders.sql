{{
    config(
        materialized='incremental',
        incremental_strategy='touched_customers',
        meta={'distinct_texts': ['order_key']}
    )
}}
-- How much of the list price was taken off: of the order's own total, or of what its lines cost
-- where every line says so.
with lines as (

    select
        order_key,
        case
            when count(*) = count(unit_price_cny * quantity) then sum(unit_price_cny * quantity)
        end as list_cny
    from {{ ref('int_order_lines') }}
    group by order_key

),

deals as (

    select at_least as discount_share
    from {{ ref('customer_flag_rules') }}
    where flag = 'deal' and measure = 'discount_share'

),

orders as (

    select
        orders.order_key,
        orders.customer_id,
        orders.sale_date,
        orders.gmv_cny,
        orders.refund_cny >= orders.gmv_cny as is_refunded_whole,
        greatest(orders.total_cny, coalesce(lines.list_cny, 0), orders.gmv_cny) as list_cny
    from {{ ref('int_orders') }} as orders
    left join lines on orders.order_key = lines.order_key
    where
        orders.is_identified
        and orders.is_paid
        and orders.gmv_cny > 0
        and {{ touched_customers_only('orders.customer_id') }}

)

select
    orders.order_key,
    orders.customer_id,
    orders.sale_date,
    1 - cast(orders.gmv_cny as double) / cast(orders.list_cny as double) as discount_share,
    orders.is_refunded_whole,
    orders.is_refunded_whole
    or 1 - cast(orders.gmv_cny as double) / cast(orders.list_cny as double) >= deals.discount_share
        as is_deal
from orders
cross join deals
