-- How many paths hold exactly these channels, converting and not. All that Shapley values need.
with as_of as (

    {{ as_of_and_longest_lookback() }}

),

null_paths as (

    select
        null_paths.*,
        {{ days_since('null_paths', 'as_of') }} as days_since
    from {{ ref('int_attribution__null_paths') }} as null_paths
    cross join as_of

),

unconverted as (

    select
        games,
        days_since,
        {{ channel_sets() }},
        1 as paths
    from null_paths
    where path_length > 1
    group by customer_id, first_number, end_number, games, days_since
    union all
    -- most paths are one touch
    select
        games,
        days_since,
        {{ channel_sets() }},
        count(*) as paths
    from null_paths
    where path_length = 1
    group by games, days_since, channel_number

),

unconverted_sets as (

    select
        games,
        days_since,
        channel_set,
        further_channel_set,
        sum(paths) as paths
    from unconverted
    group by games, days_since, channel_set, further_channel_set

),

paths as (

    select
        lookback_days,
        goal,
        channel_set,
        further_channel_set,
        1 as conversions,
        1 as paths
    from {{ ref('int_attribution__sets') }}
    union all
    select
        paths.lookback_days,
        paths.goal,
        {{ channel_sets() }},
        count(*) as conversions,
        count(*) as paths
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    where paths.path_length = 1
    group by paths.lookback_days, paths.goal, paths.channel_number
    union all
    select
        games.lookback_days,
        games.goal,
        unconverted_sets.channel_set,
        unconverted_sets.further_channel_set,
        0 as conversions,
        unconverted_sets.paths
    from unconverted_sets
    inner join {{ ref('int_attribution__games') }} as games
        on
            {{ is_in_game('unconverted_sets', 'games') }}
            and not {{ is_censored('unconverted_sets', 'games') }}

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
