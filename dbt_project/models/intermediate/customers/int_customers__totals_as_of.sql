{{ config(materialized='view') }}
-- Nearly nobody did anything after the as-of day: only these are counted anew.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

totals as (

    select * from {{ ref('int_customers__totals') }}

),

later as (

    select totals.customer_id
    from totals
    cross join as_of
    where totals.last_activity_date > as_of.as_of_date

),

days as (

    select days.*
    from {{ ref('int_customers__days') }} as days
    inner join later on days.customer_id = later.customer_id
    cross join as_of
    where days.activity_date <= as_of.as_of_date

),

recounted as (

    with {{ customer_totals() | indent(4) }}

)

select
    totals.customer_id,
    totals.home_channel,
    totals.touches,
    totals.orders,
    totals.purchase_days,
    totals.gmv_cny,
    totals.refund_cny,
    totals.net_gmv_cny,
    totals.last_activity_date,
    totals.last_touch_at,
    totals.first_order_date,
    totals.last_order_date
from totals
cross join as_of
where totals.last_activity_date <= as_of.as_of_date
union all
select
    customer_id,
    home_channel,
    touches,
    orders,
    purchase_days,
    gmv_cny,
    refund_cny,
    net_gmv_cny,
    last_activity_date,
    last_touch_at,
    first_order_date,
    last_order_date
from recounted
