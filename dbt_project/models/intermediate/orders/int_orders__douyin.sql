{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={'distinct_texts': ['order_key', 'order_id']}
    )
}}
-- The line with the highest price speaks for the order: gifts carry traffic of their own.
with lines as (

    select * from {{ ref('int_orders__douyin_lines') }}
    where {{ touched_order_ids_only('douyin', 'order_id') }}

)

select
    order_key,
    'douyin' as platform,
    max(account) as account,
    order_id,
    -- The receiver's phone is ciphertext or a virtual number, and the receiver need not be the
    -- buyer: the file names no person.
    cast(null as string) as identifier_type,
    cast(null as string) as identifier_value,
    max(line_status) filter (where line_rank = 1) as order_status,
    max(province) filter (where line_rank = 1) as province,
    max(city) filter (where line_rank = 1) as city,
    max(store_id) filter (where line_rank = 1) as store_name,
    max(channel) filter (where line_rank = 1) as channel,
    bool_or(is_paid) as is_paid,
    bool_and(is_closed) as is_closed,
    bool_or(is_channel_pending) filter (where line_rank = 1) as is_channel_pending,
    sum(amount_cny) as total_cny,
    sum(gmv_cny) as gmv_cny,
    sum(refund_cny) as refund_cny,
    sum(gmv_cny) - sum(refund_cny) as net_gmv_cny,
    sum(gmv_cny) - sum(refund_cny) as received_cny,
    sum(quantity) as quantity,
    min(created_at) as created_at,
    min(paid_at) as paid_at,
    max(file_id) as file_id
from lines
group by order_key, order_id
