-- The set of channels that a converting path of several touches holds, see channel_sets. A path has
-- one goal: each goal is read on its own, so that its name is no part of what paths are grouped by.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

)

{% for goal in attribution_goals() -%}
    select
        paths.lookback_days,
        paths.path_key,
        '{{ goal }}' as goal,
        {{ channel_sets() }}
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    where paths.goal = '{{ goal }}' and paths.path_length > 1
    group by paths.lookback_days, paths.path_key
    {{ 'union all' if not loop.last }}
{% endfor %}
