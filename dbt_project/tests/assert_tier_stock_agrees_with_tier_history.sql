-- The mart's stock of the as-of day is the history's, view by view and tier by tier, and every
-- kind of segment adds up to all.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_aipl_tiers'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

history as (

    {% for view in ['lifetime', 'active'] -%}
        select
            '{{ view }}' as tier_view,
            tier,
            count(*) as customers
        from ({{ tiers_on(view, '(select as_of_date from as_of)') }}) as known
        group by tier
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

stock as (

    select
        tier_view,
        segment_type,
        tier,
        sum(customers) as customers
    from {{ ref('rpt_aipl_tiers') }}
    where is_as_of_date
    group by tier_view, segment_type, tier

)

select
    coalesce(stock.tier_view, history.tier_view) as tier_view,
    coalesce(stock.tier, history.tier) as tier,
    stock.segment_type,
    stock.customers as stock_customers,
    history.customers as history_customers
from stock
full outer join history on stock.tier_view = history.tier_view and stock.tier = history.tier
where coalesce(stock.customers, 0) <> coalesce(history.customers, 0)
