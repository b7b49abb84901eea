-- What each model was computed from, and how far its credit is from conserving the conversions.
with as_of as (

    {{ as_of_and_longest_lookback() }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

paths as (

    select paths.*
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date

),

conversions as (

    select
        lookback_days,
        goal,
        min(converted_date) as window_from_date,
        max(converted_date) as window_to_date,
        count(case when position = greatest(path_length, 1) then 1 end) as conversions,
        count(case when path_length = 0 then 1 end) as unattributed_conversions,
        count(distinct channel_number) as channels,
        bool_and(is_mature) as is_mature
    from paths
    group by lookback_days, goal

),

unconverted as (

    select
        null_paths.games,
        {{ days_since('null_paths', 'as_of') }} as days_since,
        count(*) as paths
    from {{ ref('int_attribution__null_paths') }} as null_paths
    inner join as_of on null_paths.first_touched_at < as_of.as_of_at
    where null_paths.position = null_paths.path_length
    group by null_paths.games, {{ days_since('null_paths', 'as_of') }}

),

null_paths as (

    select
        games.lookback_days,
        games.goal,
        sum(case when {{ is_censored('unconverted', 'games') }} then 0 else unconverted.paths end)
            as null_paths,
        sum(case when {{ is_censored('unconverted', 'games') }} then unconverted.paths else 0 end)
            as censored_paths
    from unconverted
    inner join {{ ref('int_attribution__games') }} as games
        on {{ is_in_game('unconverted', 'games') }}
    group by games.lookback_days, games.goal

),

coalitions as (

    select
        lookback_days,
        goal,
        count(*) as coalitions
    from {{ ref('int_attribution__coalitions') }}
    group by lookback_days, goal

),

chains as (

    select
        lookback_days,
        goal,
        markov_order,
        max(states) as states,
        max(transitions) as transitions
    from {{ ref('int_attribution__markov') }}
    group by lookback_days, goal, markov_order

),

folds as (

    select
        lookback_days,
        goal,
        max(folded_channels) as folded_channels
    from {{ ref('int_attribution__shapley') }}
    group by lookback_days, goal

),

sums as (

    select
        lookback_days,
        model_number,
        path_key,
        sum(weight) as weight
    from {{ ref('int_attribution__credit') }}
    group by lookback_days, model_number, path_key

),

goals as (

    select
        path_key,
        goal
    from {{ ref('int_attribution__conversions') }}

),

errors as (

    select
        sums.lookback_days,
        goals.goal,
        sums.model_number,
        max(abs(sums.weight - 1)) as max_conservation_error
    from sums
    inner join goals on sums.path_key = goals.path_key
    group by sums.lookback_days, goals.goal, sums.model_number

)

select
    as_of.as_of_date,
    models.model,
    conversions.goal,
    cast(lookbacks.lookback_days as integer) as lookback_days,
    conversions.window_from_date,
    conversions.window_to_date,
    cast(conversions.conversions as bigint) as conversions_gross,
    cast(conversions.unattributed_conversions as bigint) as unattributed_conversions,
    cast(coalesce(null_paths.null_paths, 0) as bigint) as null_paths,
    cast(coalesce(null_paths.censored_paths, 0) as bigint) as censored_paths,
    cast(conversions.channels as bigint) as channels,
    cast(
        case when models.family = 'shapley_rate' then coalesce(folds.folded_channels, 0) end
        as bigint
    ) as folded_channels,
    cast(chains.states as bigint) as states,
    cast(chains.transitions as bigint) as transitions,
    cast(
        case
            when models.family in ('shapley_rate', 'shapley_equal') then coalitions.coalitions
        end as bigint
    ) as coalitions,
    cast(coalesce(errors.max_conservation_error, 0) as double) as max_conservation_error,
    lookbacks.is_default_lookback,
    conversions.is_mature and coalesce(null_paths.censored_paths, 0) = 0 as is_mature
from {{ ref('int_attribution__models') }} as models
cross join as_of
cross join lookbacks
inner join conversions on lookbacks.lookback_days = conversions.lookback_days
left join null_paths
    on
        lookbacks.lookback_days = null_paths.lookback_days
        and conversions.goal = null_paths.goal
left join coalitions
    on
        lookbacks.lookback_days = coalitions.lookback_days
        and conversions.goal = coalitions.goal
left join folds
    on
        lookbacks.lookback_days = folds.lookback_days
        and conversions.goal = folds.goal
left join chains
    on
        lookbacks.lookback_days = chains.lookback_days
        and conversions.goal = chains.goal
        and models.markov_order = chains.markov_order
left join errors
    on
        lookbacks.lookback_days = errors.lookback_days
        and conversions.goal = errors.goal
        and models.model_number = errors.model_number
