-- Summing up and joining spend loses and doubles nothing, in any report, model, look-back or basis,
-- and the types of conversions add up to all of them.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_attribution_channel'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

reports as (

    {% for report in ['channel', 'campaign'] %}
        select
            '{{ report }}' as report,
            basis,
            model,
            lookback_days,
            sum(case when conversion_type = 'all_orders' then conversions else 0 end)
                as conversions,
            sum(case when conversion_type in ('all_orders', 'lead') then 0 else conversions end)
                as conversions_by_type,
            sum(case when conversion_type = 'lead' then conversions else 0 end) as leads,
            sum(case when conversion_type = 'all_orders' then revenue_net_cny else 0 end)
                as revenue_net_cny,
            sum(case when conversion_type = 'all_orders' then 0 else revenue_net_cny end)
                as revenue_net_cny_by_type,
            sum(case when conversion_type = 'all_orders' then refund_cash_cny else 0 end)
                as refund_cash_cny,
            coalesce(sum(spend_cny), 0) as spend_cny
        from {{ ref('rpt_attribution_' ~ report) }}
        group by basis, model, lookback_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

conversions as (

    select
        count(*) filter (where conversions.is_valid and conversions.goal = 'order') as conversions,
        count(*) filter (where conversions.is_valid and conversions.goal = 'lead') as leads,
        sum(conversions.revenue_gross_cny - conversions.refund_cny) as revenue_net_cny
    from {{ ref('int_attribution__conversions') }} as conversions
    inner join as_of on conversions.converted_date <= as_of.as_of_date

),

refunds as (

    select coalesce(sum(refunds.refunded_cny), 0) as refund_cash_cny
    from {{ ref('fct_refunds') }} as refunds
    inner join {{ ref('int_attribution__conversions') }} as conversions
        on refunds.order_key = conversions.conversion_id
    inner join as_of
        on
            coalesce(refunds.refunded_date, refunds.sale_date) <= as_of.as_of_date
            and conversions.converted_date <= as_of.as_of_date

),

spend as (

    select coalesce(sum(ad_spend.spend_cny), 0) as spend_cny
    from {{ ref('fct_ad_spend') }} as ad_spend
    cross join as_of
    where ad_spend.report_date <= as_of.as_of_date

)

select
    reports.*,
    conversions.conversions as total_conversions,
    conversions.revenue_net_cny as total_revenue_net_cny,
    refunds.refund_cash_cny as total_refund_cash_cny,
    spend.spend_cny as total_spend_cny
from reports
cross join conversions
cross join refunds
cross join spend
where
    abs(reports.conversions - conversions.conversions) > 0.000001
    or abs(reports.conversions_by_type - conversions.conversions) > 0.000001
    or reports.revenue_net_cny <> coalesce(conversions.revenue_net_cny, 0)
    or reports.revenue_net_cny_by_type <> coalesce(conversions.revenue_net_cny, 0)
    or abs(reports.leads - conversions.leads) > 0.000001
    or (
        reports.basis = 'conversion_date'
        -- of an order that got money back on several days a touch gives up parts of a fen
        and abs(reports.refund_cash_cny - refunds.refund_cash_cny) > 0.01
    )
    or reports.spend_cny <> spend.spend_cny
