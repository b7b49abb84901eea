{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id'
    )
}}
-- Amounts of the order are repeated on its SKUs. The export states no refund: an order that was
-- paid and then cancelled or deleted went back whole.
with skus as (

    select * from {{ ref('stg_jd__orders') }}
    where {{ touched_order_ids_only('jd', 'order_id_jd') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'jd'

),

orders as (

    select
        order_id_jd,
        max(account) as account,
        max(buyer_account_key) as buyer_account_key,
        max(order_status) as order_status,
        max(receiver_province) as province,
        max(receiver_city) as city,
        -- 应付金额 is what is left to pay after the balance
        max(
            coalesce(payable_cny + coalesce(balance_paid_cny, 0), settled_cny, total_cny, 0)
        ) as payable_cny,
        max(coalesce(receivable_cny, settled_cny, payable_cny, 0)) as received_cny,
        sum(quantity) as quantity,
        max(file_id) as file_id,
        bool_or(is_deleted) as is_deleted,
        min(created_at) as created_at,
        min(paid_at) as paid_at
    from skus
    group by order_id_jd

),

known as (

    select
        orders.*,
        -- a deleted order keeps its last status, which says nothing of payment
        (coalesce(status_map.is_paid, false) and not orders.is_deleted)
        or orders.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) or orders.is_deleted as is_closed
    from orders
    left join status_map on orders.order_status = status_map.order_status

),

amounts as (

    select
        *,
        {{ gmv('payable_cny') }} as gmv_cny,
        {{ refund('payable_cny', '0') }} as refund_cny
    from known

)

select
    'jd:' || account || ':' || order_id_jd as order_key,
    'jd' as platform,
    account,
    order_id_jd as order_id,
    case when buyer_account_key is not null then 'jd_account' end as identifier_type,
    buyer_account_key as identifier_value,
    order_status,
    province,
    city,
    cast(null as string) as store_name,
    cast(null as string) as channel,
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
