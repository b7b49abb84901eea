with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

restatements as (

    select * from {{ ref('customer_tier_restatements') }}

)

select
    as_of.as_of_date,
    restatements.restated_at,
    restatements.tier_view,
    restatements.cause,
    restatements.published_tier,
    restatements.restated_tier,
    cast(count(distinct restatements.customer_id) as bigint) as customers,
    cast(
        sum({{ days_between('restatements.from_date', 'restatements.to_date') }} + 1) as bigint
    ) as customer_days,
    min(restatements.from_date) as first_restated_date,
    max(restatements.to_date) as last_restated_date
from restatements
cross join as_of
group by
    as_of.as_of_date,
    restatements.restated_at,
    restatements.tier_view,
    restatements.cause,
    restatements.published_tier,
    restatements.restated_tier
