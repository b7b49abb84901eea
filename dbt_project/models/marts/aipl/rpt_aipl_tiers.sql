-- One stage per person and day, the highest reached by its end: stock = all entries so far minus
-- all exits so far.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

history as (

    select history.*
    from {{ ref('customer_aipl_history') }} as history
    cross join as_of
    where history.valid_from_date <= as_of.as_of_date

),

bounds as (

    select
        min(history.valid_from_date) as first_date,
        max(as_of.as_of_date) as as_of_date
    from history
    cross join as_of

),

days as (

    select
        {{ add_days('bounds.first_date', 'numbers.number') }} as tier_date,
        bounds.as_of_date
    from bounds
    cross join {{ ref('int_calendar__numbers') }} as numbers
    where numbers.number <= {{ days_between('bounds.first_date', 'bounds.as_of_date') }}

),

tiers as (

    select distinct tier
    from {{ ref('aipl_behaviours') }}
    where tier is not null

),

moves as (

    select
        valid_from_date as tier_date,
        tier,
        1 as entered,
        0 as moved_up
    from history
    union all
    select
        valid_to_date as tier_date,
        tier,
        0 as entered,
        1 as moved_up
    from history
    where valid_to_date is not null

),

daily as (

    select
        tier_date,
        tier,
        sum(entered) as entered,
        sum(moved_up) as moved_up
    from moves
    group by tier_date, tier

),

stocks as (

    select
        days.as_of_date,
        days.tier_date,
        tiers.tier,
        coalesce(daily.entered, 0) as entered,
        coalesce(daily.moved_up, 0) as moved_up,
        sum(coalesce(daily.entered, 0) - coalesce(daily.moved_up, 0)) over (
            partition by tiers.tier
            order by days.tier_date asc nulls last
            rows between unbounded preceding and current row
        ) as customers
    from days
    cross join tiers
    left join daily
        on
            days.tier_date = daily.tier_date
            and tiers.tier = daily.tier

)

select
    as_of_date,
    tier_date,
    tier,
    cast(customers as bigint) as customers,
    cast(entered as bigint) as entered_customers,
    cast(moved_up as bigint) as moved_up_customers,
    cast(customers as double)
    / nullif(cast(sum(customers) over (partition by tier_date) as double), 0) as share,
    tier_date = as_of_date as is_as_of_date
from stocks
