-- What each model gives the touches of paths of several touches; a touch that is alone, and the row
-- of a conversion that nothing led to, earn everything in every model and have no row here.
with lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}
    {% if var('attribution_detail_lookbacks') != 'all' -%}
        where is_default_lookback
    {%- endif %}

)

select
    credit.path_key,
    cast(credit.position as integer) as position,
    cast(credit.lookback_days as integer) as lookback_days,
    models.model,
    credit.weight,
    credit.revenue_gross_cny,
    credit.refund_cny
from {{ ref('int_attribution__credit') }} as credit
inner join lookbacks on credit.lookback_days = lookbacks.lookback_days
inner join {{ ref('int_attribution__models') }} as models
    on credit.model_number = models.model_number
