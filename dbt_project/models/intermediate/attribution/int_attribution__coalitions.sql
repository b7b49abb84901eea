-- How many paths hold exactly these channels, converting and not. All that Shapley values need.
with as_of as (

    {{ as_of_and_longest_lookback() }}

),

null_paths as (

    select
        max(games) as games,
        max(last_touched_at) as last_touched_at,
        {{ channel_sets() }}
    from {{ ref('int_attribution__null_paths') }}
    where path_length > 1
    group by customer_id, first_number, end_number
    union all
    -- most paths are one touch
    select
        games,
        last_touched_at,
        {{ set_of_channel('channel_number') }} as channel_set,
        {{ further_set_of_channel('channel_number') }} as further_channel_set
    from {{ ref('int_attribution__null_paths') }}
    where path_length = 1

),

unconverted as (

    select
        null_paths.games,
        {{ days_since('null_paths', 'as_of') }} as days_since,
        null_paths.channel_set,
        null_paths.further_channel_set,
        count(*) as paths
    from null_paths
    cross join as_of
    group by
        null_paths.games, {{ days_since('null_paths', 'as_of') }},
        null_paths.channel_set, null_paths.further_channel_set

),

paths as (

    select
        paths.lookback_days,
        paths.goal,
        paths.channel_set,
        paths.further_channel_set,
        count(*) as conversions,
        count(*) as paths
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    -- a path without a touch has none that is its last
    where paths.position = paths.path_length
    group by paths.lookback_days, paths.goal, paths.channel_set, paths.further_channel_set
    union all
    select
        games.lookback_days,
        games.goal,
        unconverted.channel_set,
        unconverted.further_channel_set,
        0 as conversions,
        unconverted.paths
    from unconverted
    inner join {{ ref('int_attribution__games') }} as games
        on
            {{ is_in_game('unconverted', 'games') }}
            and not {{ is_censored('unconverted', 'games') }}

)

select
    lookback_days,
    goal,
    channel_set,
    further_channel_set,
    cast(sum(conversions) as bigint) as conversions,
    cast(sum(paths) as bigint) as paths
from paths
group by lookback_days, goal, channel_set, further_channel_set
