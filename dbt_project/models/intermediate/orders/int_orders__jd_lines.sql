{{ config(materialized='view') }}
with skus as (

    select * from {{ ref('stg_jd__orders') }}

)

select
    'jd:' || account || ':' || order_id_jd as order_key,
    order_id_jd as order_id,
    cast(null as string) as sub_order_id,
    product_id_jd as product_id,
    coalesce(merchant_sku, merchant_code) as product_code,
    product_title,
    order_status as line_status,
    quantity,
    unit_price_cny,
    unit_price_cny * quantity as amount_cny,
    cast(0 as decimal(18, 4)) as refund_cny,
    file_id,
    line_number
from skus
