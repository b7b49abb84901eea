{{
    config(
        materialized='incremental',
        incremental_strategy='by_difference',
        unique_key='touch_id',
        meta={'touches': {'touched_touches': 'touch_id'}}
    )
}}
with leads as (

    select * from {{ ref('int_leads') }}
    where source = 'oceanengine'

)

select
    lead_key as touch_id,
    'lead_left' as behaviour,
    identifier_type,
    identifier_value,
    cast(null as string) as order_key,
    source,
    account,
    medium,
    unit_name as campaign,
    channel,
    false as is_channel_pending,
    created_at as touched_at
from leads
