-- What each model gives the touches of paths of several touches; a touch that is alone, and the row
-- of a conversion that nothing led to, earn everything in every model and have no row here.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}
    {% if var('attribution_detail_lookbacks') != 'all' -%}
        where is_default_lookback
    {%- endif %}

),

-- few: every channel of most paths is named
immature as (

    select
        lookback_days,
        path_key
    from {{ ref('int_attribution__paths') }}
    where not is_mature and path_length > 1 and position = path_length

)

select
    as_of.as_of_date,
    credit.path_key,
    cast(credit.position as integer) as position,
    cast(credit.lookback_days as integer) as lookback_days,
    models.model,
    credit.weight,
    credit.revenue_gross_cny,
    credit.refund_cny,
    immature.path_key is null as is_mature
from {{ ref('int_attribution__credit') }} as credit
cross join as_of
inner join lookbacks on credit.lookback_days = lookbacks.lookback_days
inner join {{ ref('int_attribution__models') }} as models
    on credit.model_number = models.model_number
left join immature
    on
        credit.lookback_days = immature.lookback_days
        and credit.path_key = immature.path_key
