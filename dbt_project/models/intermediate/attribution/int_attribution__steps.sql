-- How often paths take each step: the last four channels at a touch, whether the path ends there,
-- and whether it ends in a conversion. All that a Markov chain of order 1 to 3 needs.
with as_of as (

    {{ as_of_and_longest_lookback() }}

),

games as (

    select * from {{ ref('int_attribution__games') }}

),

unconverted as (

    select
        null_paths.games,
        null_paths.recent_channels,
        null_paths.position = null_paths.path_length as is_last,
        {{ days_since('null_paths', 'as_of') }} as days_since,
        count(*) as paths
    from {{ ref('int_attribution__null_paths') }} as null_paths
    cross join as_of
    group by
        null_paths.games, null_paths.recent_channels,
        null_paths.position = null_paths.path_length, {{ days_since('null_paths', 'as_of') }}

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
        games.lookback_days,
        games.goal,
        unconverted.recent_channels,
        unconverted.is_last,
        false as is_conversion,
        sum(unconverted.paths) as paths,
        0 as revenue_cny
    from unconverted
    inner join games
        on
            {{ is_in_game('unconverted', 'games') }}
            and not {{ is_censored('unconverted', 'games') }}
    group by games.lookback_days, games.goal, unconverted.recent_channels, unconverted.is_last

)

select
    lookback_days,
    goal,
    recent_channels,
    is_last,
    is_conversion,
    cast(paths as bigint) as paths,
    cast(revenue_cny as double) as revenue_cny
from steps
