-- at a time: the periods of an identifier fill all time and do not overlap
with periods as (

    select
        identifier_id,
        held_from,
        held_to,
        lead(held_from) over (
            partition by identifier_id
            order by held_from asc nulls last
        ) as next_held_from,
        row_number() over (
            partition by identifier_id
            order by held_from asc nulls last
        ) as period_number
    from {{ ref('customer_identifiers') }}

)

select
    identifier_id,
    held_from,
    held_to
from periods
where
    held_from >= held_to
    or (period_number = 1 and held_from > {{ begin_of_time() }})
    or coalesce(next_held_from, timestamp '9999-12-31 00:00:00') <> held_to
