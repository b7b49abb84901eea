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

    select * from {{ ref('int_orders__xiaohongshu_lines') }}
    where {{ touched_order_ids_only('xiaohongshu', 'order_id') }}

),

settled_refunds as (

    select
        order_id_xiaohongshu,
        -sum(coalesce(goods_cny, 0) + coalesce(shipping_cny, 0)) as refund_cny
    from {{ ref('stg_xiaohongshu__settlements') }}
    where
        coalesce(goods_cny, 0) + coalesce(shipping_cny, 0) < 0
        and {{ touched_order_ids_only('xiaohongshu', 'order_id_xiaohongshu') }}
    group by order_id_xiaohongshu

),

orders as (

    select
        order_key,
        order_id,
        max(account) as account,
        max(user_id_xiaohongshu) as user_id_xiaohongshu,
        max(line_status) as order_status,
        max(province) as province,
        max(city) as city,
        max(shop_name) as shop_name,
        max(author_name) as author_name,
        max(author_id_xiaohongshu) as author_id_xiaohongshu,
        sum(amount_cny) as total_cny,
        sum(received_cny) as received_cny,
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
    left join settled_refunds on orders.order_id = settled_refunds.order_id_xiaohongshu

),

refunded as (

    select
        *,
        {{ refund('gmv_cny', 'known_refund_cny') }} as refund_cny
    from known

)

select
    order_key,
    'xiaohongshu' as platform,
    account,
    order_id,
    case when user_id_xiaohongshu is not null then 'xiaohongshu_user_id' end as identifier_type,
    account || ':' || user_id_xiaohongshu as identifier_value,
    order_status,
    province,
    city,
    shop_name as store_name,
    cast(null as string) as medium,
    author_name as campaign,
    case when author_id_xiaohongshu is not null then 'xiaohongshu_creator' end as channel,
    is_paid,
    is_closed,
    false as is_channel_pending,
    total_cny,
    gmv_cny,
    refund_cny,
    gmv_cny - refund_cny as net_gmv_cny,
    received_cny,
    quantity,
    created_at,
    paid_at,
    file_id
from refunded
