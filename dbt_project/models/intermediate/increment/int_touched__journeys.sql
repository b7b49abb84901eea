-- Journeys of attribution: of customers with news, and of orders and leads of nobody known.
-- Leads and touches note it when they change, so these come first.
-- depends_on: {{ ref('fct_leads') }}
-- depends_on: {{ ref('int_touchpoints') }}
with guests as (

    select order_key as conversion_id from {{ ref('int_touched__orders') }}
    union
    select conversion_id from {{ ref('stg_increment__touched_conversions') }}

)

select customer_id as journey_key from {{ ref('int_touched__customers') }}
union
select {{ journey_key('null', 'conversion_id') }} as journey_key from guests
