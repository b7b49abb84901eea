-- What is attributed on its own: every goal within every look-back. The paths that led to nothing
-- name the games in which they did so as the bits of one whole number.
with lookbacks as (

    select
        lookback_days,
        cast(row_number() over (order by lookback_days asc nulls last) as integer) - 1 as place
    from {{ ref('int_attribution__lookbacks') }}

),

games as (

    {% for goal in attribution_goals() %}
        select
            lookback_days,
            '{{ goal }}' as goal,
            place * {{ attribution_goals() | length }} + {{ loop.index0 }} as game_number
        from lookbacks
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    lookback_days,
    goal,
    game_number,
    {{ bit('game_number') }} as game
from games
