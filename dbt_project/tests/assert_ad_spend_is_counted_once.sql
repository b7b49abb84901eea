-- Of one account and day there is one report level, and its spend is the report's to the fen.
{{ config(meta={'dagster': {'ref': {'name': 'fct_ad_spend'}}}) }}
with counted as (

    select
        account,
        report_date,
        min(report_level) as report_level,
        count(distinct report_level) as report_levels,
        sum(spend_cny) as spend_cny
    from {{ ref('fct_ad_spend') }}
    where source = 'oceanengine'
    group by account, report_date

),

reported as (

    select
        account,
        report_date,
        report_level,
        sum(spend_cny) as spend_cny
    from {{ ref('stg_oceanengine__reports') }}
    group by account, report_date, report_level

),

days as (

    select distinct
        account,
        report_date
    from {{ ref('stg_oceanengine__reports') }}

)

select
    days.account,
    days.report_date,
    counted.spend_cny,
    reported.spend_cny as reported_cny
from days
left join counted
    on
        days.account = counted.account
        and days.report_date = counted.report_date
left join reported
    on
        counted.account = reported.account
        and counted.report_date = reported.report_date
        and counted.report_level = reported.report_level
where
    counted.account is null
    or counted.report_levels <> 1
    or counted.spend_cny <> reported.spend_cny
