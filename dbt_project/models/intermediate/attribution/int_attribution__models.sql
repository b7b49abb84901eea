-- The active models, numbered: large tables carry the number instead of the name.
select
    model,
    cast(row_number() over (order by model asc nulls last) as integer) as model_number,
    family,
    cast(first_share as double) as first_share,
    cast(last_share as double) as last_share,
    cast(half_life_hours as double) as half_life_hours,
    markov_order
from {{ ref('attribution_models') }}
where is_active
