{{ config(materialized='incremental', incremental_strategy='touched_customers') }}
-- Touches of known people that no conversion followed within the look-back. They make a path until
-- a conversion or a silence longer than the look-back ends it: the touch before belongs to another
-- path where it is that long ago, or where it led to a conversion. Whether a path may still
-- convert depends on the as-of day and is decided where paths are counted.
{%- set in_order -%}
    order by touched_at asc nulls last, is_direct asc nulls last, sequence_number asc nulls last
{%- endset -%}
{%- set in_path_order = 'partition by lookback_days, goal, customer_id ' ~ in_order %}
with lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

touches_in_order as (

    select
        *,
        {% for goal in attribution_goals() -%}
            lag(seconds_to_{{ goal }}) over (partition by customer_id {{ in_order }})
                as before_to_{{ goal }},
        {% endfor -%}
        lag(touched_at) over (partition by customer_id {{ in_order }}) as touched_before_at
    from {{ ref('int_attribution__touches') }}
    where customer_id is not null and {{ touched_customers_only('customer_id') }}

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
            touched_before_at,
            seconds_to_{{ goal }} as seconds_to_conversion,
            before_to_{{ goal }} as before_to_conversion
        from touches_in_order
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
        case
            when
                followed.touched_before_at is null
                or {{ seconds_between('followed.touched_before_at', 'followed.touched_at') }}
                > lookbacks.lookback_days * 86400
                or followed.before_to_conversion <= lookbacks.lookback_days * 86400
                then 1
            else 0
        end as begins_path
    from followed
    cross join lookbacks
    where
        followed.seconds_to_conversion is null
        or followed.seconds_to_conversion > lookbacks.lookback_days * 86400

),

touches as (

    select
        *,
        sum(begins_path) over ({{ in_path_order }}) as path_number,
        begins_path = 1
        and coalesce(lead(begins_path) over ({{ in_path_order }}), 1) = 1 as is_alone
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
    where not is_alone
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
where not touches.is_alone and {{ counts_as_touch() }}
union all
-- most paths are one touch
select
    lookback_days,
    goal,
    customer_id,
    cast(path_number as bigint) as path_number,
    channel_number,
    cast(1 as bigint) as position,
    cast(1 as bigint) as path_length,
    recent_channels % 256 as recent_channels,
    touched_at as first_touched_at,
    touched_at as last_touched_at
from touches
where is_alone {%- if direct_rule() == 'exclude' %} and not is_direct {%- endif %}
