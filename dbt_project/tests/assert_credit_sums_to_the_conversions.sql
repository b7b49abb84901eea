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

expected as (

    select
        conversions.conversion_id,
        models.model,
        conversions.revenue_gross_cny,
        conversions.refund_cny
    from {{ ref('int_attribution__conversions') }} as conversions
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on conversions.converted_date <= as_of.as_of_date
    cross join {{ ref('int_attribution__models') }} as models

)

select
    expected.conversion_id,
    expected.model,
    credit.weight,
    credit.revenue_gross_cny
from expected
left join credit
    on
        expected.conversion_id = credit.conversion_id
        and expected.model = credit.model
where
    credit.conversion_id is null
    or abs(credit.weight - 1) > 0.000000001
    or abs(credit.conversions_gross - 1) > 0.000000001
    or credit.revenue_gross_cny <> expected.revenue_gross_cny
    or credit.refund_cny <> expected.refund_cny
    or credit.revenue_net_cny <> expected.revenue_gross_cny - expected.refund_cny
