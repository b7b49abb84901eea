{{ config(materialized='view') }}
with lines as (

    select * from {{ ref('int_order_lines') }}

),

orders as (

    select * from {{ ref('int_orders') }}

)

select
    lines.order_key || ':' || cast(lines.line_in_order as string) as order_line_key,
    lines.order_key,
    lines.sub_order_id,
    lines.product_id,
    lines.product_code,
    orders.customer_id,
    lines.platform,
    lines.product_title,
    lines.line_status,
    lines.quantity,
    lines.unit_price_cny,
    lines.amount_cny,
    lines.refund_cny,
    orders.order_key is not null as is_order_known,
    coalesce(orders.is_valid, false) as is_order_valid,
    coalesce(orders.is_valid and lines.amount_cny > lines.refund_cny, false) as is_purchase,
    orders.sale_date
from lines
left join orders on lines.order_key = orders.order_key
