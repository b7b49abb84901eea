-- What qualifies a customer for a tier, day by day. An order that counts is P; on a later local day
-- than the customer's first it is L as well: it goes on being a purchase when the loyalty lapses.
with behaviours as (

    select * from {{ ref('aipl_behaviours') }}
    where tier is not null

),

qualifying as (

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

),

purchases as (

    select
        *,
        min(activity_date) over (partition by customer_id) as first_purchase_date
    from qualifying
    where behaviour = 'order_paid'

),

repeated as (

    select
        purchases.customer_id,
        behaviours.tier,
        behaviours.behaviour,
        purchases.activity_date,
        purchases.first_at,
        purchases.first_event_id,
        purchases.last_at,
        purchases.last_event_id
    from purchases
    inner join behaviours on behaviours.behaviour = 'order_repeated'
    where purchases.activity_date > purchases.first_purchase_date

),

unioned as (

    select * from qualifying
    union all
    select * from repeated

)

select
    *,
    {{ tier_rank('tier') }} as tier_rank
from unioned
