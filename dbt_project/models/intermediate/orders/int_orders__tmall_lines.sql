{{ config(materialized='view') }}
with items as (

    select * from {{ ref('stg_tmall__items') }}

),

orders as (

    select
        order_id_tmall,
        account
    from {{ ref('stg_tmall__orders') }}

)

select
    -- the order's own account, so that lines and order meet
    'tmall:' || coalesce(orders.account, items.account) || ':' || items.order_id_tmall as order_key,
    items.order_id_tmall as order_id,
    items.sub_order_id_tmall as sub_order_id,
    items.product_id_tmall as product_id,
    coalesce(items.outer_sku, items.merchant_code) as product_code,
    items.product_title,
    items.order_status as line_status,
    items.quantity,
    items.unit_price_cny,
    coalesce(items.payable_cny, items.unit_price_cny * items.quantity) as amount_cny,
    coalesce(items.refund_cny, 0) as refund_cny,
    items.file_id,
    items.line_number
from items
left join orders on items.order_id_tmall = orders.order_id_tmall
