{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={'touches': {'touched_orders': 'order_key'}}
    )
}}
with orders as (

    select
        *,
        coalesce(paid_cny, payable_cny, 0) as known_payable_cny,
        coalesce(received_cny, paid_cny, 0) as known_received_cny
    from {{ ref('stg_youzan__orders') }}
    where {{ touched_order_ids_only('youzan', 'order_id_youzan') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'youzan'

),

source_map as (

    select * from {{ ref('channel_map_youzan_source') }}

),

known as (

    select
        orders.*,
        source_map.channel,
        coalesce(status_map.is_paid, false) or orders.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) as is_closed
    from orders
    left join status_map on orders.order_status = status_map.order_status
    left join source_map on orders.order_source = source_map.source_channel

),

amounts as (

    select
        *,
        {{ gmv('known_payable_cny') }} as gmv_cny,
        {{ refund('known_payable_cny', 'refund_cny') }} as known_refund_cny
    from known

)

select
    'youzan:' || account || ':' || order_id_youzan as order_key,
    'youzan' as platform,
    account,
    order_id_youzan as order_id,
    -- the buyer's phone; the receiver may be another person
    case when buyer_phone_key is not null then 'phone' end as identifier_type,
    buyer_phone_key as identifier_value,
    order_status,
    province,
    city,
    coalesce(order_store, shop_name) as store_name,
    order_source as medium,
    promotion_way as campaign,
    channel,
    is_paid,
    is_closed,
    false as is_channel_pending,
    known_payable_cny as total_cny,
    gmv_cny,
    known_refund_cny as refund_cny,
    gmv_cny - known_refund_cny as net_gmv_cny,
    {{ gmv('known_received_cny') }} as received_cny,
    cast(null as bigint) as quantity,
    created_at,
    paid_at,
    file_id
from amounts
