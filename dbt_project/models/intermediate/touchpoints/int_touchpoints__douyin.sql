{{
    config(
        materialized='incremental',
        incremental_strategy='touched_orders',
        meta={
            'distinct_texts': ['touch_id', 'order_key'],
            'touches': {'touched_touches': 'touch_id'}
        }
    )
}}
-- An order carries the traffic that led to it, known person or not.
with lines as (

    select * from {{ ref('int_orders__douyin_lines') }}
    where line_rank = 1 and {{ touched_orders_only('order_key') }}

)

select
    order_key || ':traffic' as touch_id,
    'douyin_product_viewed' as behaviour,
    cast(null as string) as identifier_type,
    cast(null as string) as identifier_value,
    order_key,
    'douyin' as source,
    account,
    traffic_format as medium,
    author_name as campaign,
    channel,
    is_channel_pending,
    created_at as touched_at
from lines
