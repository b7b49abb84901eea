{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id'
    )
}}
with products as (

    select
        *,
        coalesce(paid_cny, unit_price_cny * quantity, 0) as amount_cny
    from {{ ref('stg_kuaishou__orders') }}
    where {{ touched_order_ids_only('kuaishou', 'order_id_kuaishou') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'kuaishou'

),

aftersale_map as (

    select * from {{ ref('aftersale_status_map') }}
    where platform = 'kuaishou'

),

source_map as (

    select * from {{ ref('channel_map_order_source') }}
    where platform = 'kuaishou'

),

known as (

    select
        products.*,
        source_map.channel,
        coalesce(status_map.is_paid, false) or products.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) as is_closed,
        case when aftersale_map.is_refunded then products.amount_cny else 0 end
            as stated_refund_cny
    from products
    left join status_map on products.order_status = status_map.order_status
    left join aftersale_map on products.aftersale_status = aftersale_map.aftersale_status
    left join source_map on products.order_carrier = source_map.order_source

)

select
    'kuaishou:' || account || ':' || order_id_kuaishou as order_key,
    order_id_kuaishou as order_id,
    cast(null as string) as sub_order_id,
    product_id_kuaishou as product_id,
    sku_code as product_code,
    account,
    product_title,
    order_status as line_status,
    province,
    city,
    store_name,
    order_carrier,
    author_name,
    channel,
    quantity,
    unit_price_cny,
    amount_cny,
    is_paid,
    is_closed,
    file_id,
    line_number,
    created_at,
    paid_at,
    {{ gmv('amount_cny') }} as gmv_cny,
    {{ refund('amount_cny', 'stated_refund_cny') }} as refund_cny
from known
