-- The matrix from the tier at the end of the day before a period to the tier at its end, or at the
-- end of the as-of day while the period runs. Whoever did not move is what is left of the stock.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

moves as (

    select * from {{ ref('int_customers__tier_moves') }}

),

stocks as (

    select
        tier_view,
        segment_type,
        segment_value,
        tier,
        customers,
        {{ add_days('tier_date', 1) }} as period_start
    from {{ ref('rpt_aipl_tiers') }}
    where customers > 0 and tier_date < as_of_date

),

stocks_before as (

    select
        'day' as period_type,
        stocks.*
    from stocks
    {% for period in ['week', 'month'] -%}
        union all
        select
            '{{ period }}' as period_type,
            stocks.*
        from stocks
        where period_start = cast(date_trunc('{{ period }}', period_start) as date)
    {% endfor %}
),

gone as (

    select
        period_type,
        period_start,
        tier_view,
        segment_type,
        segment_value,
        from_tier,
        sum(customers) as customers
    from moves
    group by period_type, period_start, tier_view, segment_type, segment_value, from_tier

),

stayed as (

    select
        stocks_before.period_type,
        stocks_before.period_start,
        stocks_before.tier_view,
        stocks_before.segment_type,
        stocks_before.segment_value,
        stocks_before.tier as from_tier,
        stocks_before.tier as to_tier,
        stocks_before.customers - coalesce(gone.customers, 0) as customers
    from stocks_before
    left join gone
        on
            stocks_before.period_type = gone.period_type
            and stocks_before.period_start = gone.period_start
            and stocks_before.tier_view = gone.tier_view
            and stocks_before.segment_type = gone.segment_type
            and stocks_before.segment_value = gone.segment_value
            and stocks_before.tier = gone.from_tier

),

flows as (

    select
        period_type,
        period_start,
        tier_view,
        segment_type,
        segment_value,
        from_tier,
        to_tier,
        customers
    from moves
    union all
    select * from stayed
    where customers <> 0

),

ended as (

    select
        flows.*,
        as_of.as_of_date,
        case flows.period_type
            when 'day' then flows.period_start
            when 'week' then {{ add_days('flows.period_start', 6) }}
            else last_day(flows.period_start)
        end as period_end
    from flows
    cross join as_of

)

select
    as_of_date,
    period_type,
    period_start,
    period_end,
    tier_view,
    segment_type,
    segment_value,
    from_tier,
    to_tier,
    {{ tier_movement('from_tier', 'to_tier') }} as movement,
    cast(customers as bigint) as customers,
    least(period_end, as_of_date) as observed_through,
    period_end <= as_of_date as is_mature
from ended
