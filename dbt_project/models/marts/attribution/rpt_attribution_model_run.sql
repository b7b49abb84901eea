-- What each model was computed from, and how far its credit is from conserving the conversions.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

conversions as (

    select
        lookback_days,
        min(converted_date) as window_from_date,
        max(converted_date) as window_to_date,
        count(distinct conversion_id) as conversions,
        count(distinct case when path_length = 0 then conversion_id end)
            as unattributed_conversions,
        count(distinct channel) filter (where path_length > 0) as channels,
        bool_and(is_mature) as is_mature
    from {{ ref('int_attribution__paths') }}
    group by lookback_days

),

null_paths as (

    select
        lookback_days,
        sum(case when is_censored then 0 else 1 end) as null_paths,
        sum(case when is_censored then 1 else 0 end) as censored_paths
    from {{ ref('int_attribution__null_paths') }}
    where position = path_length
    group by lookback_days

),

coalitions as (

    select
        lookback_days,
        count(*) as coalitions
    from {{ ref('int_attribution__coalitions') }}
    group by lookback_days

),

chains as (

    select
        lookback_days,
        markov_order,
        max(states) as states,
        max(transitions) as transitions
    from {{ ref('int_attribution__markov') }}
    group by lookback_days, markov_order

),

folds as (

    select
        lookback_days,
        max(folded_channels) as folded_channels
    from {{ ref('int_attribution__shapley') }}
    group by lookback_days

),

-- channels that share the last number, see int_attribution__channels
crowded as (

    select count(*) as channels
    from {{ ref('int_attribution__channels') }}
    where channel_number = 62

),

sums as (

    select
        lookback_days,
        model,
        conversion_id,
        sum(weight) as weight
    from {{ ref('int_attribution__credit') }}
    group by lookback_days, model, conversion_id

),

errors as (

    select
        lookback_days,
        model,
        max(abs(weight - 1)) as max_conservation_error
    from sums
    group by lookback_days, model

)

select
    as_of.as_of_date,
    models.model,
    cast(lookbacks.lookback_days as integer) as lookback_days,
    conversions.window_from_date,
    conversions.window_to_date,
    cast(conversions.conversions as bigint) as conversions_gross,
    cast(conversions.unattributed_conversions as bigint) as unattributed_conversions,
    cast(coalesce(null_paths.null_paths, 0) as bigint) as null_paths,
    cast(coalesce(null_paths.censored_paths, 0) as bigint) as censored_paths,
    cast(conversions.channels as bigint) as channels,
    cast(
        case
            when models.family in ('markov', 'shapley_rate', 'shapley_equal')
                then
                    greatest(crowded.channels, 1) - 1
                    + case
                        when models.family = 'shapley_rate' then coalesce(folds.folded_channels, 0)
                        else 0
                    end
        end as bigint
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
from {{ ref('attribution_models') }} as models
cross join as_of
cross join crowded
cross join lookbacks
inner join conversions on lookbacks.lookback_days = conversions.lookback_days
left join null_paths on lookbacks.lookback_days = null_paths.lookback_days
left join coalitions on lookbacks.lookback_days = coalitions.lookback_days
left join folds on lookbacks.lookback_days = folds.lookback_days
left join chains
    on
        lookbacks.lookback_days = chains.lookback_days
        and models.markov_order = chains.markov_order
left join errors
    on
        lookbacks.lookback_days = errors.lookback_days
        and models.model = errors.model
where models.is_active
