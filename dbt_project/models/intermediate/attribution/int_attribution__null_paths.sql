{{ config(materialized='incremental', incremental_strategy='touched_customers') }}
-- Touches of known people that no conversion followed within the look-back. They make a path until
-- a conversion or a silence longer than the look-back ends it. Most paths are the same in several
-- games: they stand here once, with all their games. Whether a path may still convert depends on
-- the as-of day and is decided where paths are counted.
{%- set in_order -%}
    partition by customer_id
    order by touched_at asc nulls last, is_direct asc nulls last, sequence_number asc nulls last
{%- endset %}
{%- set until_here -%}
    partition by customer_id
    order by touch_number asc nulls last
    rows between unbounded preceding and current row
{%- endset %}
{%- set place = touch_places() %}
with limits as (

    select
        {% for number, _ in possible_games() -%}
            max(case when game_number = {{ number }} then lookback_days * 86400 end)
                as seconds_{{ number }},
        {% endfor -%}
        count(*) as games
    from {{ ref('int_attribution__games') }}

),

touches as (

    select
        {% for goal in attribution_goals() -%}
            seconds_to_{{ goal }},
            lag(seconds_to_{{ goal }}) over ({{ in_order }}) as before_to_{{ goal }},
            lead(seconds_to_{{ goal }}) over ({{ in_order }}) as after_to_{{ goal }},
        {% endfor -%}
        customer_id,
        row_number() over ({{ in_order }}) as touch_number,
        sequence_number,
        channel_number,
        recent_channels,
        is_direct,
        touched_at,
        {{ seconds_between('lag(touched_at) over (' ~ in_order ~ ')', 'touched_at') }}
            as seconds_before,
        {{ seconds_between('touched_at', 'lead(touched_at) over (' ~ in_order ~ ')') }}
            as seconds_after
    from {{ ref('int_attribution__touches') }}
    where customer_id is not null and {{ touched_customers_only('customer_id') }}

),

places as (

    select
        {% for number, goal in possible_games() -%}
            {{ place_in_game('limits.seconds_' ~ number, goal) }} as place_{{ number }},
        {% endfor -%}
        touches.*
    from touches
    cross join limits

),

-- the first touch of the path that a touch ends
ends as (

    select
        {% for number, _ in possible_games() -%}
            case
                when place_{{ number }} = {{ place.last }}
                    then max(case when place_{{ number }} = {{ place.first }} then touch_number end)
                        over ({{ until_here }})
            end as first_number_{{ number }},
        {% endfor -%}
        customer_id,
        touch_number
    from places
    where
        {% for number, _ in possible_games() %}
            {{ 'or ' if not loop.first }}place_{{ number }} > {{ place.alone }}
        {% endfor %}

),

paths as (

    select
        customer_id,
        first_number,
        last_number,
        sum(game) as games
    from (
        {% for number, _ in possible_games() %}
            select
                customer_id,
                first_number_{{ number }} as first_number,
                touch_number as last_number,
                {{ bit(number) }} as game
            from ends
            where first_number_{{ number }} is not null
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as paths_of_games
    group by customer_id, first_number, last_number

),

joined as (

    select
        paths.first_number,
        paths.last_number as end_number,
        paths.games,
        touches.*
    from paths
    inner join touches
        on
            paths.customer_id = touches.customer_id
            and paths.first_number <= touches.touch_number
            and paths.last_number >= touches.touch_number

),

extents as (

    select
        customer_id,
        first_number,
        end_number,
        min(touched_at) as first_touched_at,
        max(touched_at) as last_touched_at,
        {{ path_extent() }}
    from joined
    group by customer_id, first_number, end_number

),

counted as (

    select
        touches.customer_id,
        touches.first_number,
        touches.end_number,
        touches.games,
        {{ place_in_path() }},
        paths.first_touched_at,
        paths.last_touched_at
    from joined as touches
    inner join extents as paths
        on
            touches.customer_id = paths.customer_id
            and touches.first_number = paths.first_number
            and touches.end_number = paths.end_number
    where {{ counts_as_touch() }}
    union all
    -- most paths are one touch
    select
        customer_id,
        touch_number as first_number,
        touch_number as end_number,
        {{ games_at_place(place.alone) }} as games,
        channel_number,
        1 as position,
        1 as path_length,
        recent_channels % 256 as recent_channels,
        touched_at as first_touched_at,
        touched_at as last_touched_at
    from places
    where {{ touches_alone() }}

)

select
    customer_id,
    first_number,
    end_number,
    cast(games as bigint) as games,
    channel_number,
    cast(position as bigint) as position,
    cast(path_length as bigint) as path_length,
    recent_channels,
    first_touched_at,
    last_touched_at
from counted
