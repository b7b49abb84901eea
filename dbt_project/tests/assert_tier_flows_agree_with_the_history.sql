-- The matrix of the period that runs on the as-of day, counted anew from the tiers of two days.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_aipl_flow'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

counted as (

    {% for view in ['lifetime', 'active'] -%}
        {%- set view_is_last = loop.last -%}
        {%- for period in ['day', 'week', 'month'] -%}
            {%- set day_before = add_days(
                "cast(date_trunc('" ~ period ~ "', (select as_of_date from as_of)) as date)", -1
            ) -%}
            select
                '{{ view }}' as tier_view,
                '{{ period }}' as period_type,
                flow.*
            from (
                {{ tier_flow_between(view, day_before, '(select as_of_date from as_of)') }}
            ) as flow
            {{ 'union all' if not (loop.last and view_is_last) }}
        {% endfor %}
    {%- endfor %}
),

reported as (

    select
        flow.tier_view,
        flow.period_type,
        flow.from_tier,
        flow.to_tier,
        flow.customers
    from {{ ref('rpt_aipl_flow') }} as flow
    where
        flow.segment_type = 'all'
        and flow.period_start <= flow.as_of_date
        and flow.period_end >= flow.as_of_date

)

select
    coalesce(counted.tier_view, reported.tier_view) as tier_view,
    coalesce(counted.period_type, reported.period_type) as period_type,
    coalesce(counted.from_tier, reported.from_tier) as from_tier,
    coalesce(counted.to_tier, reported.to_tier) as to_tier,
    counted.customers as history_customers,
    reported.customers as flow_customers
from counted
full outer join reported
    on
        counted.tier_view = reported.tier_view
        and counted.period_type = reported.period_type
        and counted.from_tier = reported.from_tier
        and counted.to_tier = reported.to_tier
where coalesce(counted.customers, 0) <> coalesce(reported.customers, 0)
