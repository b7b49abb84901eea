-- Per conversion and model the weights sum to 1 and the money to the order's, exactly. Read from
-- the two tables that rpt_attribution_credit is a view of: the touches of one path stand there
-- once and not once per model.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_attribution_credit'}}}) }}
with models as (

    select count(*) as models from {{ ref('int_attribution__models') }}

),

-- what a conversion of one touch or of none is credited by
lookbacks as (

    select
        runs.lookback_days,
        count(distinct runs.model) as models
    from {{ ref('rpt_attribution_model_run') }} as runs
    {% if var('attribution_detail_lookbacks') != 'all' -%}
        where runs.is_default_lookback
    {%- endif %}
    group by runs.lookback_days

),

touches as (

    select * from {{ ref('rpt_attribution_touch') }}

),

sums as (

    select
        shares.lookback_days,
        shares.path_key,
        shares.model,
        sum(shares.weight) as weight,
        sum(shares.revenue_gross_cny) as revenue_gross_cny,
        sum(shares.refund_cny) as refund_cny
    from {{ ref('rpt_attribution_share') }} as shares
    inner join touches
        on
            shares.lookback_days = touches.lookback_days
            and shares.path_key = touches.path_key
            and shares.position = touches.position
    where touches.path_length > 1
    group by shares.lookback_days, shares.path_key, shares.model

),

paths as (

    select
        lookback_days,
        path_key,
        count(*) as models,
        max(abs(weight - 1)) as weight_off,
        min(revenue_gross_cny) as least_gross_cny,
        max(revenue_gross_cny) as most_gross_cny,
        min(refund_cny) as least_refund_cny,
        max(refund_cny) as most_refund_cny
    from sums
    group by lookback_days, path_key
    union all
    -- one touch or none: all of the conversion in every model
    select
        touches.lookback_days,
        touches.path_key,
        lookbacks.models,
        count(*) - 1 as weight_off,
        sum(touches.revenue_gross_cny) as least_gross_cny,
        sum(touches.revenue_gross_cny) as most_gross_cny,
        sum(touches.refund_cny) as least_refund_cny,
        sum(touches.refund_cny) as most_refund_cny
    from touches
    inner join lookbacks on touches.lookback_days = lookbacks.lookback_days
    where touches.path_length <= 1
    group by touches.lookback_days, touches.path_key, lookbacks.models

),

conversions as (

    select
        conversions.path_key,
        conversions.conversion_id,
        lookbacks.lookback_days,
        conversions.revenue_gross_cny,
        conversions.refund_cny
    from {{ ref('int_attribution__conversions') }} as conversions
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on conversions.converted_date <= as_of.as_of_date
    cross join lookbacks

)

select
    conversions.conversion_id,
    conversions.lookback_days,
    conversions.revenue_gross_cny,
    conversions.refund_cny,
    paths.models,
    paths.weight_off
from conversions
cross join models
left join paths
    on
        conversions.path_key = paths.path_key
        and conversions.lookback_days = paths.lookback_days
where
    paths.path_key is null
    or paths.models <> models.models
    or paths.weight_off > 0.000000001
    or paths.least_gross_cny <> conversions.revenue_gross_cny
    or paths.most_gross_cny <> conversions.revenue_gross_cny
    or paths.least_refund_cny <> conversions.refund_cny
    or paths.most_refund_cny <> conversions.refund_cny
