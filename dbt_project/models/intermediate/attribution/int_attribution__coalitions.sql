-- How many paths hold exactly these channels, converting and not. All that Shapley values need.
with as_of as (

    select {{ end_of_local_day('as_of_date') }} as as_of_at from {{ ref('int_calendar__as_of') }}

),

unconverted as (

    select
        null_paths.lookback_days,
        null_paths.goal,
        null_paths.customer_id,
        null_paths.path_number,
        {{ channel_sets() }}
    from {{ ref('int_attribution__null_paths') }} as null_paths
    inner join as_of on not {{ is_censored('null_paths', 'as_of') }}
    group by
        null_paths.lookback_days, null_paths.goal, null_paths.customer_id, null_paths.path_number

),

paths as (

    select
        lookback_days,
        goal,
        channel_set,
        further_channel_set,
        1 as conversions
    from {{ ref('int_attribution__sets') }}
    union all
    select
        lookback_days,
        goal,
        channel_set,
        further_channel_set,
        0 as conversions
    from unconverted

)

select
    lookback_days,
    goal,
    channel_set,
    further_channel_set,
    cast(sum(conversions) as bigint) as conversions,
    count(*) as paths
from paths
group by lookback_days, goal, channel_set, further_channel_set
