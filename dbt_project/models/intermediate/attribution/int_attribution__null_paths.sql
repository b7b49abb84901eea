{{ config(materialized='incremental', incremental_strategy='touched_customers') }}
-- Touches of known people that no conversion followed within the look-back. They make a path until
-- a conversion or a silence longer than the look-back ends it; as a conversion in between is more
-- than a look-back away from the touch before it, the silence alone tells. Whether a path may still
-- convert depends on the as-of day and is decided where paths are counted.
with lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

followed as (

    {% for goal in attribution_goals() %}
        select
            '{{ goal }}' as goal,
            customer_id,
            sequence_number,
            channel_number,
            recent_channels,
            is_direct,
            touched_at,
            seconds_to_{{ goal }} as seconds_to_conversion
        from {{ ref('int_attribution__touches') }}
        where customer_id is not null and {{ touched_customers_only('customer_id') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

unconverted as (

    select
        lookbacks.lookback_days,
        followed.goal,
        followed.customer_id,
        followed.sequence_number,
        followed.channel_number,
        followed.recent_channels,
        followed.is_direct,
        followed.touched_at,
        lag(followed.touched_at) over (
            partition by lookbacks.lookback_days, followed.goal, followed.customer_id
            order by followed.touched_at asc nulls last
        ) as touched_before_at
    from followed
    cross join lookbacks
    where
        followed.seconds_to_conversion is null
        or followed.seconds_to_conversion > lookbacks.lookback_days * 86400

),

touches as (

    select
        *,
        -- touches of one moment count together, so that their order does not matter
        sum(
            case
                when
                    touched_before_at is null
                    or {{ seconds_between('touched_before_at', 'touched_at') }}
                    > lookback_days * 86400
                    then 1
                else 0
            end
        ) over (
            partition by lookback_days, goal, customer_id
            order by touched_at asc nulls last
        ) as path_number
    from unconverted

),

paths as (

    select
        lookback_days,
        goal,
        customer_id,
        path_number,
        min(touched_at) as first_touched_at,
        max(touched_at) as last_touched_at,
        {{ path_extent() }}
    from touches
    group by lookback_days, goal, customer_id, path_number

)

select
    touches.lookback_days,
    touches.goal,
    touches.customer_id,
    cast(touches.path_number as bigint) as path_number,
    {{ place_in_path() }},
    paths.first_touched_at,
    paths.last_touched_at
from touches
inner join paths
    on
        touches.lookback_days = paths.lookback_days
        and touches.goal = paths.goal
        and touches.customer_id = paths.customer_id
        and touches.path_number = paths.path_number
where {{ counts_as_touch() }}
