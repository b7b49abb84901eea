-- Of every entry week: where its customers stand now adds up to all of them, and these are the
-- customers of the lifecycle who were new by the as-of day.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_lifecycle_funnel'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

entered as (

    select
        lifecycle.lifecycle_platform,
        cast(date_trunc('week', lifecycle.new_date) as date) as entry_week,
        count(*) as customers
    from {{ ref('customer_lifecycle') }} as lifecycle
    cross join as_of
    where lifecycle.new_date <= as_of.as_of_date
    group by
        lifecycle.lifecycle_platform,
        cast(date_trunc('week', lifecycle.new_date) as date)

),

funnel as (

    select
        lifecycle_platform,
        entry_week,
        sum(customers_now) as customers_now,
        max(customers) as most_customers
    from {{ ref('rpt_lifecycle_funnel') }}
    group by lifecycle_platform, entry_week

)

select
    entered.*,
    funnel.customers_now,
    funnel.most_customers
from entered
full outer join funnel
    on
        entered.lifecycle_platform = funnel.lifecycle_platform
        and entered.entry_week = funnel.entry_week
where
    coalesce(entered.customers, 0) <> coalesce(funnel.customers_now, 0)
    or coalesce(entered.customers, 0) <> coalesce(funnel.most_customers, 0)
