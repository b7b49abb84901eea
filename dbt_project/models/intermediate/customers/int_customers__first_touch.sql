{{ config(materialized='incremental', incremental_strategy='touched_customers') }}
-- The earliest touch of a person's whole history, also one after the first order.
with touches as (

    select
        days.*,
        row_number() over (
            partition by days.customer_id
            order by days.first_at asc nulls last, days.first_event_id asc nulls last
        ) as touch_number
    from {{ ref('int_customers__days') }} as days
    inner join {{ ref('aipl_behaviours') }} as behaviours
        on days.behaviour = behaviours.behaviour
    where behaviours.is_attributable and {{ touched_customers_only('days.customer_id') }}

)

select
    touches.customer_id,
    touches.first_event_id as touch_id,
    touches.first_at as touched_at,
    touches.activity_date as touched_date,
    touches.channel,
    coalesce(channels.domain, {{ channel_none() }}) as domain
from touches
left join {{ ref('channels') }} as channels on touches.channel = channels.channel
where touches.touch_number = 1
