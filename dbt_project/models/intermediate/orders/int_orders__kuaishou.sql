{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={'touches': {'touched_orders': 'order_key'}}
    )
}}
-- The order export says that a case ended with a refund, the settlement how much it was.
with lines as (

    select * from {{ ref('int_orders__kuaishou_lines') }}
    where {{ touched_order_ids_only('kuaishou', 'order_id') }}

),

settled_refunds as (

    select
        order_id_kuaishou,
        sum(abs(refund_cny)) as refund_cny
    from {{ ref('stg_kuaishou__settlements') }}
    where
        refund_cny <> 0
        and {{ touched_order_ids_only('kuaishou', 'order_id_kuaishou') }}
    group by order_id_kuaishou

),

orders as (

    select
        order_key,
        order_id,
        max(account) as account,
        max(line_status) as order_status,
        max(province) as province,
        max(city) as city,
        max(store_name) as store_name,
        max(order_carrier) as order_carrier,
        max(author_name) as author_name,
        max(channel) as channel,
        sum(amount_cny) as total_cny,
        sum(gmv_cny) as gmv_cny,
        sum(refund_cny) as stated_refund_cny,
        sum(quantity) as quantity,
        max(file_id) as file_id,
        bool_or(is_paid) as is_paid,
        bool_and(is_closed) as is_closed,
        min(created_at) as created_at,
        min(paid_at) as paid_at
    from lines
    group by order_key, order_id

),

known as (

    select
        orders.*,
        coalesce(settled_refunds.refund_cny, orders.stated_refund_cny) as known_refund_cny
    from orders
    left join settled_refunds on orders.order_id = settled_refunds.order_id_kuaishou

),

refunded as (

    select
        *,
        {{ refund('gmv_cny', 'known_refund_cny') }} as refund_cny
    from known

)

select
    order_key,
    'kuaishou' as platform,
    account,
    order_id,
    -- the file names no buyer
    cast(null as string) as identifier_type,
    cast(null as string) as identifier_value,
    order_status,
    province,
    city,
    store_name,
    order_carrier as medium,
    author_name as campaign,
    channel,
    is_paid,
    is_closed,
    false as is_channel_pending,
    total_cny,
    gmv_cny,
    refund_cny,
    gmv_cny - refund_cny as net_gmv_cny,
    gmv_cny - refund_cny as received_cny,
    quantity,
    created_at,
    paid_at,
    file_id
from refunded
