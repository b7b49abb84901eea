-- The report is the credit summed up: per model, type and channel, to the last fen. Read from the
-- two tables that rpt_attribution_credit is a view of: what is alone on its path, or nothing at
-- all, is added up once and not once per model.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_attribution_credit'}}}) }}
with touches as (

    select * from {{ ref('rpt_attribution_touch') }}

),

models as (

    select distinct
        model,
        lookback_days
    from {{ ref('rpt_attribution_model_run') }}

),

alone as (

    select
        lookback_days,
        conversion_type,
        channel,
        cast(count(case when is_valid then 1 end) as double) as conversions,
        sum(revenue_gross_cny - refund_cny) as revenue_net_cny
    from touches
    where path_length <= 1
    group by lookback_days, conversion_type, channel

),

credit as (

    select
        model,
        lookback_days,
        conversion_type,
        channel,
        sum(conversions) as conversions,
        sum(revenue_net_cny) as revenue_net_cny
    from (
        select
            models.model,
            alone.*
        from alone
        inner join models on alone.lookback_days = models.lookback_days
        union all
        select
            shares.model,
            touches.lookback_days,
            touches.conversion_type,
            touches.channel,
            sum(case when touches.is_valid then shares.weight else 0 end) as conversions,
            sum(shares.revenue_gross_cny - shares.refund_cny) as revenue_net_cny
        from touches
        inner join {{ ref('rpt_attribution_share') }} as shares
            on
                touches.lookback_days = shares.lookback_days
                and touches.path_key = shares.path_key
                and touches.position = shares.position
        where touches.path_length > 1
        group by
            shares.model, touches.lookback_days, touches.conversion_type, touches.channel
    ) as parts
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
