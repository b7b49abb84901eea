-- Summing up and joining spend loses and doubles nothing, in any model.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_attribution_credit'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

channels as (

    select
        model,
        sum(conversions) as conversions,
        sum(revenue_net_cny) as revenue_net_cny,
        coalesce(sum(spend_cny), 0) as spend_cny
    from {{ ref('rpt_attribution_channel') }}
    group by model

),

credit as (

    select
        model,
        sum(conversions) as conversions,
        sum(revenue_net_cny) as revenue_net_cny
    from {{ ref('rpt_attribution_credit') }}
    group by model

),

spend as (

    select coalesce(sum(ad_spend.spend_cny), 0) as spend_cny
    from {{ ref('fct_ad_spend') }} as ad_spend
    cross join as_of
    where ad_spend.report_date <= as_of.as_of_date

)

select
    channels.model,
    channels.conversions,
    credit.conversions as credit_conversions,
    channels.spend_cny,
    spend.spend_cny as total_spend_cny
from channels
left join credit on channels.model = credit.model
cross join spend
where
    abs(channels.conversions - coalesce(credit.conversions, 0)) > 0.000001
    or channels.revenue_net_cny <> coalesce(credit.revenue_net_cny, 0)
    or channels.spend_cny <> spend.spend_cny
