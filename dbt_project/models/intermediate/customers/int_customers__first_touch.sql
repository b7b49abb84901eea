{{
    config(
        materialized='incremental',
        incremental_strategy='touched_customers',
        meta={'distinct_texts': ['touch_id']}
    )
}}
-- The earliest touch of a person's whole history, also one after the first order.
with touches as (

    select
        days.customer_id,
        days.first_event_id,
        days.first_at,
        days.activity_date,
        days.channel
    from {{ ref('int_customers__days') }} as days
    inner join {{ ref('aipl_behaviours') }} as behaviours
        on days.behaviour = behaviours.behaviour
    where behaviours.is_attributable and {{ touched_customers_only('days.customer_id') }}

),

earliest as (

    select
        customer_id,
        min(first_at) as first_at
    from touches
    group by customer_id

),

-- of touches at one moment the first by id
first_touches as (

    select
        touches.customer_id,
        min(touches.first_event_id) as touch_id,
        min(touches.first_at) as touched_at,
        min(touches.activity_date) as touched_date,
        min_by(touches.channel, touches.first_event_id) as channel
    from touches
    inner join earliest
        on touches.customer_id = earliest.customer_id and touches.first_at = earliest.first_at
    group by touches.customer_id

)

select
    first_touches.customer_id,
    first_touches.touch_id,
    first_touches.touched_at,
    first_touches.touched_date,
    first_touches.channel,
    coalesce(channels.domain, {{ channel_none() }}) as domain
from first_touches
left join {{ ref('channels') }} as channels on first_touches.channel = channels.channel
