{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={'distinct_texts': ['order_key', 'order_id']}
    )
}}
with lines as (

    select
        *,
        receipt_key as order_id
    from {{ ref('stg_pos__sales') }}
    where {{ touched_order_ids_only('pos', 'receipt_key') }}

)

select
    'pos:' || account || ':' || order_id as order_key,
    order_id,
    cast(null as string) as sub_order_id,
    cast(null as string) as product_id,
    account,
    receipt_no,
    till_id,
    member_id_crm,
    product_code,
    store_name,
    product_title,
    cast(null as string) as line_status,
    quantity,
    unit_price_cny,
    amount_cny,
    file_id,
    line_number,
    sold_at,
    case when quantity > 0 and amount_cny > 0 then amount_cny else 0 end as gmv_cny,
    case when quantity < 0 or amount_cny < 0 then abs(amount_cny) else 0 end as refund_cny
from lines
