-- Of every period, view and segment: what flows out of a tier is the stock before the period, and
-- what flows into it is the stock at its end (or of the as-of day).
{{ config(meta={'dagster': {'ref': {'name': 'rpt_aipl_flow'}}}) }}
with periods as (

    select distinct
        period_type,
        period_start,
        observed_through,
        tier_view,
        segment_type,
        segment_value
    from {{ ref('rpt_aipl_flow') }}

),

stocks as (

    select * from {{ ref('rpt_aipl_tiers') }}

),

sums as (

    {% for side, tier, day in [
        ('before', 'from_tier', add_days('period_start', -1)),
        ('after', 'to_tier', 'observed_through'),
    ] -%}
        select
            '{{ side }}' as side,
            period_type,
            period_start,
            tier_view,
            segment_type,
            segment_value,
            {{ day }} as tier_date,
            {{ tier }} as tier,
            sum(customers) as customers
        from {{ ref('rpt_aipl_flow') }}
        where {{ tier }} <> {{ tier_new() }}
        group by
            period_type,
            period_start,
            tier_view,
            segment_type,
            segment_value,
            {{ day }},
            {{ tier }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

expected as (

    {% for side, day in [
        ('before', add_days('periods.period_start', -1)), ('after', 'periods.observed_through')
    ] -%}
        select
            '{{ side }}' as side,
            periods.period_type,
            periods.period_start,
            stocks.tier_view,
            stocks.segment_type,
            stocks.segment_value,
            stocks.tier_date,
            stocks.tier,
            stocks.customers
        from periods
        inner join stocks
            on
                periods.tier_view = stocks.tier_view
                and periods.segment_type = stocks.segment_type
                and periods.segment_value = stocks.segment_value
                and {{ day }} = stocks.tier_date
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    coalesce(sums.side, expected.side) as side,
    coalesce(sums.period_type, expected.period_type) as period_type,
    coalesce(sums.tier_date, expected.tier_date) as tier_date,
    coalesce(sums.tier, expected.tier) as tier,
    sums.customers as flow_customers,
    expected.customers as stock_customers
from sums
full outer join expected
    on
        sums.side = expected.side
        and sums.period_type = expected.period_type
        and sums.period_start = expected.period_start
        and sums.tier_view = expected.tier_view
        and sums.segment_type = expected.segment_type
        and sums.segment_value = expected.segment_value
        and sums.tier_date = expected.tier_date
        and sums.tier = expected.tier
where coalesce(sums.customers, 0) <> coalesce(expected.customers, 0)
