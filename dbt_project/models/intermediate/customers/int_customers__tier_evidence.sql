-- What qualifies a customer for a tier, day by day. An order that counts is P; on a later local day
-- than the customer's first it is L as well: it goes on being a purchase when the loyalty lapses.
with behaviours as (

    select * from {{ ref('aipl_behaviours') }}
    where tier is not null

),

first_purchases as (

    select
        customer_id,
        min(activity_date) as first_purchase_date
    from {{ ref('int_customers__days') }}
    where behaviour = 'order_paid'
    group by customer_id

),

unioned as (

    select
        days.customer_id,
        behaviours.tier,
        days.behaviour,
        days.activity_date,
        days.first_at,
        days.first_event_id,
        days.last_at,
        days.last_event_id
    from {{ ref('int_customers__days') }} as days
    inner join behaviours on days.behaviour = behaviours.behaviour
    union all
    select
        days.customer_id,
        behaviours.tier,
        behaviours.behaviour,
        days.activity_date,
        days.first_at,
        days.first_event_id,
        days.last_at,
        days.last_event_id
    from {{ ref('int_customers__days') }} as days
    inner join first_purchases on days.customer_id = first_purchases.customer_id
    inner join behaviours on behaviours.behaviour = 'order_repeated'
    where
        days.behaviour = 'order_paid'
        and days.activity_date > first_purchases.first_purchase_date

)

select
    *,
    {{ tier_rank('tier') }} as tier_rank
from unioned
