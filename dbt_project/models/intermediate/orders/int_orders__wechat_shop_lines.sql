{{ config(materialized='view') }}
with items as (

    select * from {{ ref('stg_wechat_shop__orders') }}

)

select
    'wechat_shop:' || account || ':' || order_id_wechat as order_key,
    order_id_wechat as order_id,
    cast(null as string) as sub_order_id,
    product_id_wechat as product_id,
    coalesce(sku_code, merchant_code) as product_code,
    product_title,
    order_status as line_status,
    quantity,
    coalesce(unit_paid_cny, unit_price_cny) as unit_price_cny,
    coalesce(line_amount_cny, unit_paid_cny * quantity) as amount_cny,
    coalesce(line_refund_cny, 0) as refund_cny,
    file_id,
    line_number
from items
