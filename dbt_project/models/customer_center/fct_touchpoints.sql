{{ config(materialized='view') }}
select
    touch_id,
    identifier_id,
    customer_id,
    order_key,
    behaviour,
    tier,
    source,
    account,
    medium,
    campaign,
    channel,
    domain,
    is_identified,
    is_attributable,
    is_direct,
    is_channel_pending,
    touched_at,
    touched_date
from {{ ref('int_touchpoints') }}
