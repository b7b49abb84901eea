-- The event of every interval is a touch or an order of that customer.
{{ config(meta={'dagster': {'ref': {'name': 'customer_aipl_history'}}}) }}
with events as (

    select
        touch_id as event_id,
        customer_id
    from {{ ref('fct_touchpoints') }}
    where is_identified
    union all
    select
        order_key as event_id,
        customer_id
    from {{ ref('fct_orders') }}
    where is_identified and is_valid

)

select
    history.customer_id,
    history.tier_view,
    history.tier,
    history.event_id
from {{ ref('customer_aipl_history') }} as history
left join events
    on
        history.event_id = events.event_id
        and history.customer_id = events.customer_id
where events.event_id is null
