-- Of the persons whose first occasion is old enough to have been watched for the whole window:
-- how many bought again 1 to `window_days` days later. Day 0 never counts.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

occasions as (

    select
        occasions.*,
        cast(date_trunc('month', occasions.occasion_date) as date) as cohort_period
    from {{ ref('int_orders__occasions') }} as occasions
    where occasions.occasion_number = 1

),

cohorts as (

    select
        'all' as cohort,
        cast(null as date) as cohort_period,
        customer_id,
        occasion_number,
        gap_days,
        days_observed
    from occasions
    union all
    select
        substring(cast(cohort_period as string), 1, 7) as cohort,
        cohort_period,
        customer_id,
        occasion_number,
        gap_days,
        days_observed
    from occasions

),

counted as (

    select
        cohorts.cohort,
        cohorts.cohort_period,
        cohorts.occasion_number as from_n,
        windows.window_days,
        count(*) as customers,
        count(*) filter (where cohorts.days_observed >= windows.window_days) as eligible,
        count(*) filter (
            where
            cohorts.days_observed >= windows.window_days
            and cohorts.gap_days <= windows.window_days
        ) as repurchased,
        count(*) filter (where cohorts.gap_days <= windows.window_days) as repurchased_so_far
    from cohorts
    cross join {{ ref('repurchase_windows') }} as windows
    group by
        cohorts.cohort,
        cohorts.cohort_period,
        cohorts.occasion_number,
        windows.window_days

),

rated as (

    select
        *,
        cast(repurchased as double) / nullif(eligible, 0) as rate_mature,
        -- 95 % of the normal distribution lie within this many standard deviations
        cast(1.959963984540054 as double) as z
    from counted

)

select
    as_of.as_of_date,
    rated.cohort,
    rated.cohort_period,
    cast(rated.from_n as integer) as from_n,
    cast(rated.window_days as integer) as window_days,
    cast(rated.customers as bigint) as customers,
    cast(rated.eligible as bigint) as eligible,
    cast(rated.repurchased as bigint) as repurchased,
    cast(rated.repurchased_so_far as bigint) as repurchased_so_far,
    rated.rate_mature,
    cast(rated.repurchased_so_far as double) / nullif(rated.customers, 0) as rate_naive,
    case when rated.eligible > 0 then greatest(
        (
            rated.rate_mature
            + rated.z * rated.z / (2 * rated.eligible)
            - rated.z * sqrt(
                rated.rate_mature * (1 - rated.rate_mature) / rated.eligible
                + rated.z * rated.z / (4.0 * rated.eligible * rated.eligible)
            )
        ) / (1 + rated.z * rated.z / rated.eligible),
        0
    ) end as wilson_low,
    case when rated.eligible > 0 then least(
        (
            rated.rate_mature
            + rated.z * rated.z / (2 * rated.eligible)
            + rated.z * sqrt(
                rated.rate_mature * (1 - rated.rate_mature) / rated.eligible
                + rated.z * rated.z / (4.0 * rated.eligible * rated.eligible)
            )
        ) / (1 + rated.z * rated.z / rated.eligible),
        1
    ) end as wilson_high,
    rated.eligible = rated.customers as fully_mature
from rated
cross join as_of
