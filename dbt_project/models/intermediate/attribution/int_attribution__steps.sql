-- How often paths take each step: the last four channels at a touch, whether the path ends there,
-- and whether it ends in a conversion. All that a Markov chain of order 1 to 3 needs.
with as_of as (

    select
        as_of_date,
        {{ end_of_local_day('as_of_date') }} as as_of_at
    from {{ ref('int_calendar__as_of') }}

),

steps as (

    select
        paths.lookback_days,
        paths.goal,
        paths.recent_channels,
        paths.position = paths.path_length as is_last,
        true as is_conversion,
        count(*) as paths,
        sum(case when paths.position = paths.path_length then paths.revenue_gross_cny else 0 end)
            as revenue_cny
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    where paths.path_length > 0
    group by
        paths.lookback_days, paths.goal, paths.recent_channels, paths.position = paths.path_length
    union all
    select
        null_paths.lookback_days,
        null_paths.goal,
        null_paths.recent_channels,
        null_paths.position = null_paths.path_length as is_last,
        false as is_conversion,
        count(*) as paths,
        0 as revenue_cny
    from {{ ref('int_attribution__null_paths') }} as null_paths
    inner join as_of
        on not {{ is_censored('null_paths', 'as_of') }}
    group by
        null_paths.lookback_days, null_paths.goal, null_paths.recent_channels,
        null_paths.position = null_paths.path_length

)

select
    lookback_days,
    goal,
    recent_channels,
    is_last,
    is_conversion,
    paths,
    cast(revenue_cny as double) as revenue_cny
from steps
