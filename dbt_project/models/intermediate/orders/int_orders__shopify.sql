{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id'
    )
}}
with lines as (

    select * from {{ ref('int_orders__shopify_lines') }}
    where {{ touched_order_ids_only('shopify', 'order_id') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'shopify'

),

orders as (

    select
        order_key,
        order_id,
        max(account) as account,
        max(customer_email_key) as customer_email_key,
        max(customer_phone_key) as customer_phone_key,
        max(financial_status) as order_status,
        max(province) as province,
        max(city) as city,
        max(location) as store_name,
        coalesce(max(order_total_cny), sum(amount_cny), 0) as payable_cny,
        max(order_refund_cny) as stated_refund_cny,
        sum(quantity) as quantity,
        max(file_id) as file_id,
        min(created_at) as created_at,
        min(paid_at) as paid_at,
        min(cancelled_at) as cancelled_at
    from lines
    group by order_key, order_id

),

known as (

    select
        orders.*,
        coalesce(status_map.is_paid, false) or orders.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) or orders.cancelled_at is not null as is_closed
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
    'shopify' as platform,
    account,
    order_id,
    case
        when customer_email_key is not null then 'email'
        when customer_phone_key is not null then 'phone'
    end as identifier_type,
    coalesce(customer_email_key, customer_phone_key) as identifier_value,
    order_status,
    province,
    city,
    store_name,
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
