-- The mart's stock of the as-of day is the history's, tier by tier.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_aipl_tiers'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

history as (

    select
        history.tier,
        count(*) as customers
    from {{ ref('customer_aipl_history') }} as history
    cross join as_of
    where
        history.valid_from_date <= as_of.as_of_date
        and (history.valid_to_date is null or history.valid_to_date > as_of.as_of_date)
    group by history.tier

),

stock as (

    select
        tier,
        customers
    from {{ ref('rpt_aipl_tiers') }}
    where is_as_of_date

)

select
    coalesce(stock.tier, history.tier) as tier,
    stock.customers as stock_customers,
    history.customers as history_customers
from stock
full outer join history on stock.tier = history.tier
where coalesce(stock.customers, 0) <> coalesce(history.customers, 0)
