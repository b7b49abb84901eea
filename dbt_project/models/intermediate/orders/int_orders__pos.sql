{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={'distinct_texts': ['order_key', 'order_id']}
    )
}}
with lines as (

    select * from {{ ref('int_orders__pos_lines') }}
    where {{ touched_order_ids_only('pos', 'order_id') }}

)

select
    order_key,
    'pos' as platform,
    max(account) as account,
    order_id,
    case when max(member_id_crm) is not null then 'crm_member_id' end as identifier_type,
    max(member_id_crm) as identifier_value,
    cast(null as string) as order_status,
    cast(null as string) as province,
    cast(null as string) as city,
    max(store_name) as store_name,
    cast(null as string) as channel,
    -- a till hands out receipts for what was paid; one with nothing but returns sold nothing
    sum(gmv_cny) > 0 as is_paid,
    false as is_closed,
    false as is_channel_pending,
    sum(gmv_cny) as total_cny,
    sum(gmv_cny) as gmv_cny,
    sum(refund_cny) as refund_cny,
    sum(gmv_cny) - sum(refund_cny) as net_gmv_cny,
    sum(gmv_cny) - sum(refund_cny) as received_cny,
    sum(quantity) as quantity,
    min(sold_at) as created_at,
    case when sum(gmv_cny) > 0 then min(sold_at) end as paid_at,
    max(file_id) as file_id
from lines
group by order_key, order_id
