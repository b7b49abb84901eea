-- One tier per customer and day, the highest of the day, which is that of its end: stock = all
-- who entered so far minus all who left so far.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

moves as (

    select * from {{ ref('int_customers__tier_moves') }}
    where period_type = 'day'

),

segments as (

    select
        tier_view,
        segment_type,
        segment_value,
        min(period_start) as first_date
    from moves
    group by tier_view, segment_type, segment_value

),

tiers as (

    {% for tier in aipl_tiers() -%}
        select '{{ tier }}' as tier
        union all
    {% endfor -%}
    select {{ tier_outside() }} as tier

),

cells as (

    select
        as_of.as_of_date,
        segments.tier_view,
        segments.segment_type,
        segments.segment_value,
        {{ add_days('segments.first_date', 'numbers.number') }} as tier_date,
        tiers.tier
    from segments
    cross join as_of
    inner join {{ ref('int_calendar__numbers') }} as numbers
        on numbers.number <= {{ days_between('segments.first_date', 'as_of.as_of_date') }}
    cross join tiers
    where segments.tier_view = 'active' or tiers.tier <> {{ tier_outside() }}

),

flows as (

    select
        tier_view,
        segment_type,
        segment_value,
        period_start as tier_date,
        to_tier as tier,
        customers as entered,
        0 as gone
    from moves
    union all
    select
        tier_view,
        segment_type,
        segment_value,
        period_start as tier_date,
        from_tier as tier,
        0 as entered,
        customers as gone
    from moves

),

daily as (

    select
        tier_view,
        segment_type,
        segment_value,
        tier_date,
        tier,
        sum(entered) as entered,
        sum(gone) as gone
    from flows
    group by tier_view, segment_type, segment_value, tier_date, tier

),

stocks as (

    select
        cells.*,
        coalesce(daily.entered, 0) as entered,
        coalesce(daily.gone, 0) as gone,
        sum(coalesce(daily.entered, 0) - coalesce(daily.gone, 0)) over (
            partition by cells.tier_view, cells.segment_type, cells.segment_value, cells.tier
            order by cells.tier_date asc nulls last
            rows between unbounded preceding and current row
        ) as customers
    from cells
    left join daily
        on
            cells.tier_view = daily.tier_view
            and cells.segment_type = daily.segment_type
            and cells.segment_value = daily.segment_value
            and cells.tier_date = daily.tier_date
            and cells.tier = daily.tier

)

select
    as_of_date,
    tier_view,
    segment_type,
    segment_value,
    tier_date,
    tier,
    cast(customers as bigint) as customers,
    cast(entered as bigint) as entered_customers,
    cast(gone as bigint) as left_customers,
    cast(customers as double) / nullif(
        cast(
            sum(customers) over (
                partition by tier_view, segment_type, segment_value, tier_date
            ) as double
        ), 0
    ) as share,
    tier_date = as_of_date as is_as_of_date
from stocks
