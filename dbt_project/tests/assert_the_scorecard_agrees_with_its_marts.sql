-- Money and orders of the scorecard are those of the sales mart, deals those of the leads, and who
-- opted in those of the acquisition sources, over days as over months. Every KPI of the seed is
-- there: with a value, or with the reason why not.
with sales as (

    select
        sum(net_gmv_cny) as net_gmv_cny,
        sum(valid_orders) as orders
    from {{ ref('rpt_sales_daily') }}

),

leads as (

    select coalesce(sum(deal_leads), 0) as deals from {{ ref('rpt_leads') }}

),

acquisition as (

    select
        coalesce(sum(opted_in), 0) as opted_in,
        coalesce(sum(eligible_scanners), 0) as eligible_scanners
    from {{ ref('rpt_acquisition_sources') }}

),

scorecard as (

    select
        period_type,
        sum(kpi_value) filter (where kpi = 'net_gmv') as net_gmv_cny,
        sum(kpi_value) filter (where kpi = 'orders') as orders,
        coalesce(sum(kpi_value) filter (where kpi = 'deals'), 0) as deals,
        coalesce(sum(numerator) filter (where kpi = 'opt_in_rate'), 0) as opted_in,
        coalesce(sum(denominator) filter (where kpi = 'opt_in_rate'), 0) as eligible_scanners,
        count(distinct kpi) filter (where kpi_value is not null or unavailable_reason is not null)
            as kpis
    from {{ ref('rpt_kpi_scorecard') }}
    group by period_type

),

listed as (

    select
        count(*) as kpis,
        count(*) filter (where smallest_period = 'month') as monthly_kpis
    from {{ ref('kpis') }}

)

select scorecard.*
from scorecard
cross join sales
cross join leads
cross join acquisition
cross join listed
where
    abs(scorecard.net_gmv_cny - cast(sales.net_gmv_cny as double)) > 0.01
    or scorecard.orders <> sales.orders
    or scorecard.deals <> leads.deals
    or scorecard.opted_in <> acquisition.opted_in
    or scorecard.eligible_scanners <> acquisition.eligible_scanners
    or scorecard.kpis
    <> case
        when scorecard.period_type = 'month' then listed.kpis
        else listed.kpis - listed.monthly_kpis
    end
