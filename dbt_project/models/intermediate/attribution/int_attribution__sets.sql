-- The set of channels that a converting path of several touches holds, see channel_sets.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

sets as (

    select
        lookback_days,
        path_key,
        max(goal) as goal,
        max(converted_date) as converted_date,
        {{ channel_sets() }}
    from {{ ref('int_attribution__paths') }}
    where path_length > 1
    group by lookback_days, path_key

)

select
    sets.lookback_days,
    sets.path_key,
    sets.goal,
    sets.channel_set,
    sets.further_channel_set
from sets
inner join as_of on sets.converted_date <= as_of.as_of_date
