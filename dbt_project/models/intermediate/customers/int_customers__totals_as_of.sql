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

select totals.*
from totals
cross join as_of
where totals.last_activity_date <= as_of.as_of_date
union all
select * from recounted
