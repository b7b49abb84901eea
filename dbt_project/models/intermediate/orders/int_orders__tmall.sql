{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={'distinct_texts': ['order_key', 'order_id', 'identifier_value']}
    )
}}
with orders as (

    select * from {{ ref('stg_tmall__orders') }}
    where {{ touched_order_ids_only('tmall', 'order_id_tmall') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'tmall'

),

known as (

    select
        orders.*,
        coalesce(orders.total_cny, orders.payable_cny, 0) as known_total_cny,
        coalesce(orders.received_cny, orders.settled_cny, 0) as known_received_cny,
        coalesce(orders.refund_cny, 0) as known_refund_cny,
        -- 交易关闭 says nothing of payment, and a report may come without a status
        coalesce(status_map.is_paid, false)
        or orders.paid_at is not null
        or coalesce(orders.received_cny, orders.settled_cny, 0) > 0 as is_paid,
        coalesce(status_map.is_closed, false) as is_closed
    from orders
    left join status_map on orders.order_status = status_map.order_status

),

amounts as (

    -- Some reports state the money received before refunds, some after: if what was received and
    -- what was refunded fit into the total together, the refund has already been taken off.
    select
        *,
        case
            when not is_paid then 0
            when known_received_cny + known_refund_cny <= known_total_cny
                then known_received_cny + known_refund_cny
            else known_received_cny
        end as gmv_cny,
        case
            -- closed after payment: everything went back, whatever the refund column says
            when not is_paid or is_closed then 0
            when known_received_cny + known_refund_cny <= known_total_cny
                then known_received_cny
            else greatest(known_received_cny - known_refund_cny, 0)
        end as net_gmv_cny
    from known

)

select
    'tmall:' || account || ':' || order_id_tmall as order_key,
    'tmall' as platform,
    account,
    order_id_tmall as order_id,
    case
        when buyer_nick_key is not null then 'tmall_nick'
        when buyer_alipay_key is not null then 'alipay_account'
    end as identifier_type,
    coalesce(buyer_nick_key, buyer_alipay_key) as identifier_value,
    order_status,
    receiver_province as province,
    receiver_city as city,
    coalesce(shop_name, shop_id) as store_name,
    cast(null as string) as channel,
    is_paid,
    is_closed,
    false as is_channel_pending,
    known_total_cny as total_cny,
    gmv_cny,
    gmv_cny - net_gmv_cny as refund_cny,
    net_gmv_cny,
    known_received_cny as received_cny,
    quantity,
    created_at,
    paid_at,
    file_id
from amounts
