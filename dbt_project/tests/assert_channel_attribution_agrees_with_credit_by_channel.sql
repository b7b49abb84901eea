-- The report is the credit summed up: per model, type and channel, to the last fen.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_attribution_credit'}}}) }}
with credit as (

    select
        model,
        lookback_days,
        conversion_type,
        channel,
        sum(conversions) as conversions,
        sum(revenue_net_cny) as revenue_net_cny
    from {{ ref('rpt_attribution_credit') }}
    group by model, lookback_days, conversion_type, channel

),

report as (

    select
        model,
        lookback_days,
        conversion_type,
        channel,
        sum(conversions) as conversions,
        sum(revenue_net_cny) as revenue_net_cny
    from {{ ref('rpt_attribution_channel') }}
    where basis = 'conversion_date' and conversion_type <> 'all_orders'
    group by model, lookback_days, conversion_type, channel

)

select
    credit.*,
    report.conversions as report_conversions,
    report.revenue_net_cny as report_revenue_net_cny
from credit
left join report
    on
        credit.model = report.model
        and credit.lookback_days = report.lookback_days
        and credit.conversion_type = report.conversion_type
        and credit.channel = report.channel
where
    report.channel is null
    or abs(credit.conversions - report.conversions) > 0.000001
    or credit.revenue_net_cny <> report.revenue_net_cny
