{{ config(materialized='view') }}
-- A message that the brand sends is nothing that the person did: only a reaction is a touch.
with sends as (

    select * from {{ ref('int_outreach__sends') }}

),

reactions as (

    select
        send_key || ':click' as touch_id,
        'outreach_clicked' as behaviour,
        identifier_type,
        identifier_value,
        source,
        account,
        medium,
        campaign,
        channel,
        clicked_at as touched_at
    from sends
    where has_clicked
    union all
    select
        send_key || ':interest' as touch_id,
        'ai_call_interested' as behaviour,
        identifier_type,
        identifier_value,
        source,
        account,
        medium,
        campaign,
        channel,
        sent_at as touched_at
    from sends
    where is_interested

)

select
    touch_id,
    behaviour,
    identifier_type,
    identifier_value,
    cast(null as string) as order_key,
    source,
    account,
    medium,
    campaign,
    channel,
    false as is_channel_pending,
    touched_at
from reactions
