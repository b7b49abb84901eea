-- A buyer is in exactly one segment of the family rfm; before the first purchase in none.
with as_of as (

    select
        as_of_date,
        {{ add_months('as_of_date', -1) }} as compared_date
    from {{ ref('int_calendar__as_of') }}

),

members as (

    select
        members.customer_id,
        max(members.segment_key) filter (where members.scored_date = as_of.compared_date)
            as from_segment,
        max(members.segment_key) filter (where members.scored_date = as_of.as_of_date)
            as to_segment
    from {{ ref('int_customers__segments') }} as members
    inner join {{ ref('segments') }} as segments on members.segment_key = segments.segment_key
    cross join as_of
    where segments.segment_family = 'rfm'
    group by members.customer_id

)

select
    as_of.as_of_date,
    as_of.compared_date,
    coalesce(members.from_segment, {{ no_order() }}) as from_segment,
    coalesce(members.to_segment, {{ no_order() }}) as to_segment,
    cast(count(*) as bigint) as customers
from members
cross join as_of
group by as_of.as_of_date, as_of.compared_date, members.from_segment, members.to_segment
