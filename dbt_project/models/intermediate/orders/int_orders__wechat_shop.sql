{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={'touches': {'touched_orders': 'order_key'}}
    )
}}
-- Amounts of the order are repeated on its items; refunds are the items' own.
with items as (

    select * from {{ ref('stg_wechat_shop__orders') }}
    where {{ touched_order_ids_only('wechat_shop', 'order_id_wechat') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'wechat_shop'

),

source_map as (

    select * from {{ ref('channel_map_order_source') }}
    where platform = 'wechat_shop'

),

orders as (

    select
        order_id_wechat,
        max(account) as account,
        max(order_status) as order_status,
        max(province) as province,
        max(city) as city,
        max(promotion_way) as promotion_way,
        max(promotion_account_name) as promotion_account_name,
        max(coalesce(paid_cny, goods_total_cny, 0)) as payable_cny,
        max(coalesce(received_cny, paid_cny, 0)) as received_cny,
        sum(line_refund_cny) as stated_refund_cny,
        sum(quantity) as quantity,
        max(file_id) as file_id,
        min(created_at) as created_at,
        min(paid_at) as paid_at
    from items
    group by order_id_wechat

),

known as (

    select
        orders.*,
        source_map.channel,
        coalesce(status_map.is_paid, false) or orders.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) as is_closed
    from orders
    left join status_map on orders.order_status = status_map.order_status
    left join source_map on orders.promotion_way = source_map.order_source

),

amounts as (

    select
        *,
        {{ gmv('payable_cny') }} as gmv_cny,
        {{ refund('payable_cny', 'stated_refund_cny') }} as refund_cny
    from known

)

select
    'wechat_shop:' || account || ':' || order_id_wechat as order_key,
    'wechat_shop' as platform,
    account,
    order_id_wechat as order_id,
    -- openid and unionid come through the API only: the file names no buyer
    cast(null as string) as identifier_type,
    cast(null as string) as identifier_value,
    order_status,
    province,
    city,
    cast(null as string) as store_name,
    promotion_way as medium,
    promotion_account_name as campaign,
    channel,
    is_paid,
    is_closed,
    false as is_channel_pending,
    payable_cny as total_cny,
    gmv_cny,
    refund_cny,
    gmv_cny - refund_cny as net_gmv_cny,
    {{ gmv('received_cny') }} as received_cny,
    quantity,
    created_at,
    paid_at,
    file_id
from amounts
