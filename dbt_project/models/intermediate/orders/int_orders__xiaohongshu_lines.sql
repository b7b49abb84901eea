{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id'
    )
}}
with skus as (

    select
        *,
        coalesce(payable_cny, receivable_cny, 0) as amount_cny
    from {{ ref('stg_xiaohongshu__orders') }}
    where {{ touched_order_ids_only('xiaohongshu', 'order_id_xiaohongshu') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'xiaohongshu'

),

aftersale_map as (

    select * from {{ ref('aftersale_status_map') }}
    where platform = 'xiaohongshu'

),

known as (

    select
        skus.*,
        coalesce(status_map.is_paid, false) or skus.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) as is_closed,
        case when aftersale_map.is_refunded then skus.amount_cny else 0 end as stated_refund_cny
    from skus
    left join status_map on skus.order_status = status_map.order_status
    left join aftersale_map on skus.aftersale_status = aftersale_map.aftersale_status

)

select
    'xiaohongshu:' || account || ':' || order_id_xiaohongshu as order_key,
    order_id_xiaohongshu as order_id,
    cast(null as string) as sub_order_id,
    coalesce(product_id_xiaohongshu, sku_id_xiaohongshu) as product_id,
    merchant_code as product_code,
    account,
    user_id_xiaohongshu,
    coalesce(product_title, sku_title) as product_title,
    order_status as line_status,
    province,
    city,
    shop_name,
    author_name,
    author_id_xiaohongshu,
    quantity,
    goods_total_cny / nullif(quantity, 0) as unit_price_cny,
    amount_cny,
    {{ gmv('coalesce(receivable_cny, amount_cny)') }} as received_cny,
    is_paid,
    is_closed,
    file_id,
    line_number,
    created_at,
    paid_at,
    {{ gmv('amount_cny') }} as gmv_cny,
    {{ refund('amount_cny', 'stated_refund_cny') }} as refund_cny
from known
