-- The look-backs that are computed: those of the setting, and the industry profile's own, which is
-- the default.
with as_of as (

    select attribution_lookback_days from {{ ref('int_calendar__as_of') }}

),

wanted as (

    {% for days in var('attribution_lookback_days') %}
        select cast('{{ days }}' as integer) as lookback_days
        union all
    {% endfor %}
    select attribution_lookback_days as lookback_days from as_of

)

select distinct
    wanted.lookback_days,
    wanted.lookback_days = as_of.attribution_lookback_days as is_default_lookback
from wanted
cross join as_of
