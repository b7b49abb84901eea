-- Per conversion and model the weights sum to 1 and the money to the order's, exactly.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_attribution_credit'}}}) }}
with credit as (

    select
        conversion_id,
        model,
        lookback_days,
        sum(weight) as weight,
        sum(conversions_gross) as conversions_gross,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        sum(revenue_net_cny) as revenue_net_cny
    from {{ ref('rpt_attribution_credit') }}
    group by conversion_id, model, lookback_days

),

of_conversions as (

    select
        conversion_id,
        lookback_days,
        count(*) as models,
        max(abs(weight - 1)) as weight_off,
        max(abs(conversions_gross - 1)) as conversions_off,
        min(revenue_gross_cny) as least_gross_cny,
        max(revenue_gross_cny) as most_gross_cny,
        min(refund_cny) as least_refund_cny,
        max(refund_cny) as most_refund_cny,
        min(revenue_net_cny) as least_net_cny,
        max(revenue_net_cny) as most_net_cny
    from credit
    group by conversion_id, lookback_days

),

models as (

    select count(*) as models from {{ ref('int_attribution__models') }}

)

select
    conversions.conversion_id,
    conversions.revenue_gross_cny,
    conversions.refund_cny,
    of_conversions.models,
    of_conversions.weight_off,
    of_conversions.conversions_off
from {{ ref('int_attribution__conversions') }} as conversions
inner join {{ ref('int_calendar__as_of') }} as as_of
    on conversions.converted_date <= as_of.as_of_date
cross join models
left join of_conversions on conversions.conversion_id = of_conversions.conversion_id
where
    of_conversions.conversion_id is null
    or of_conversions.models <> models.models
    or of_conversions.weight_off > 0.000000001
    or of_conversions.conversions_off > 0.000000001
    or of_conversions.least_gross_cny <> conversions.revenue_gross_cny
    or of_conversions.most_gross_cny <> conversions.revenue_gross_cny
    or of_conversions.least_refund_cny <> conversions.refund_cny
    or of_conversions.most_refund_cny <> conversions.refund_cny
    or of_conversions.least_net_cny <> conversions.revenue_gross_cny - conversions.refund_cny
    or of_conversions.most_net_cny <> conversions.revenue_gross_cny - conversions.refund_cny
