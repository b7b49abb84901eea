{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={'touches': {'touched_orders': 'order_key'}}
    )
}}
with lines as (

    select * from {{ ref('int_orders__laike_lines') }}
    where {{ touched_order_ids_only('laike', 'order_id') }}

)

select
    order_key,
    'laike' as platform,
    max(account) as account,
    order_id,
    -- 订单归属人 is who sold it: the file names no buyer
    cast(null as string) as identifier_type,
    cast(null as string) as identifier_value,
    max(line_status) as order_status,
    cast(null as string) as province,
    cast(null as string) as city,
    cast(null as string) as store_name,
    max(sales_channel) as medium,
    max(owner_name) as campaign,
    max(channel) as channel,
    bool_or(is_paid) as is_paid,
    bool_and(is_closed) as is_closed,
    false as is_channel_pending,
    sum(amount_cny) as total_cny,
    sum(gmv_cny) as gmv_cny,
    sum(refund_cny) as refund_cny,
    sum(gmv_cny) - sum(refund_cny) as net_gmv_cny,
    sum(coalesce(received_cny, gmv_cny - refund_cny)) as received_cny,
    sum(quantity) as quantity,
    min(sold_at) as created_at,
    case when bool_or(is_paid) then min(sold_at) end as paid_at,
    max(file_id) as file_id
from lines
group by order_key, order_id
