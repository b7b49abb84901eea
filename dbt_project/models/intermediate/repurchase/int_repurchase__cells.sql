-- What the numbers of the groups stand for.
with numbered as (

    select
        cell_id,
        cast(floor(cell_id / 1000000) as bigint) as segment_id,
        cast(mod(floor(cell_id / 100), 10000) as integer) as cohort_number,
        cast(mod(cell_id, 100) as integer) as from_n
    from {{ ref('int_repurchase__durations') }}
    group by cell_id

),

dated as (

    select
        *,
        case
            when cohort_number > 0
                then {{ add_months("date '1970-01-01'", 'cohort_number - 1') }}
        end as cohort_period
    from numbered

)

select
    dated.cell_id,
    coalesce(substring(cast(dated.cohort_period as string), 1, 7), 'all') as cohort,
    dated.cohort_period,
    segments.segment_type,
    segments.segment_value,
    dated.from_n
from dated
inner join {{ ref('int_repurchase__segments') }} as segments
    on dated.segment_id = segments.segment_id
