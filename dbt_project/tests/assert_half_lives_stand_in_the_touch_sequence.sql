-- A model of time decay has a half-life that attribution_half_life_hours names: the touch sequence
-- keeps no weights for others.
{{ config(meta={'dagster': {'ref': {'name': 'int_attribution__models'}}}) }}
select
    model,
    half_life_hours
from {{ ref('int_attribution__models') }}
where
    family = 'time_decay'
    {% for half_life in half_lives() -%}
        and coalesce(half_life_hours <> {{ half_life }}, true)
    {% endfor -%}
