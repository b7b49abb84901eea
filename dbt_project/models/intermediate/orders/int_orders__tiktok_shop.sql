{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id'
    )
}}
-- Amounts of the order are repeated on its SKUs.
with lines as (

    select * from {{ ref('int_orders__tiktok_shop_lines') }}
    where {{ touched_order_ids_only('tiktok_shop', 'order_id') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'tiktok_shop'

),

orders as (

    select
        order_key,
        order_id,
        max(account) as account,
        max(buyer_username_key) as buyer_username_key,
        max(line_status) as order_status,
        max(province) as province,
        coalesce(max(order_amount_cny), sum(amount_cny), 0) as payable_cny,
        max(order_refund_cny) as stated_refund_cny,
        sum(quantity) as quantity,
        max(file_id) as file_id,
        min(created_at) as created_at,
        min(paid_at) as paid_at,
        max(cancelled_at) as cancelled_at
    from lines
    group by order_key, order_id

),

known as (

    select
        orders.*,
        coalesce(status_map.is_paid, false) or orders.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) as is_closed
    from orders
    left join status_map on orders.order_status = status_map.order_status

),

amounts as (

    select
        *,
        {{ gmv('payable_cny') }} as gmv_cny,
        {{ refund('payable_cny', 'stated_refund_cny') }} as refund_cny
    from known

)

select
    order_key,
    'tiktok_shop' as platform,
    account,
    order_id,
    case when buyer_username_key is not null then 'tiktok_username' end as identifier_type,
    buyer_username_key as identifier_value,
    order_status,
    province,
    cast(null as string) as city,
    cast(null as string) as store_name,
    cast(null as string) as channel,
    is_paid,
    is_closed,
    false as is_channel_pending,
    payable_cny as total_cny,
    gmv_cny,
    refund_cny,
    gmv_cny - refund_cny as net_gmv_cny,
    gmv_cny - refund_cny as received_cny,
    quantity,
    created_at,
    paid_at,
    cancelled_at,
    file_id
from amounts
