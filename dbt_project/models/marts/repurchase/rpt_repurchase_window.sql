-- Of those whose purchase is old enough to have been watched for the whole window: how many bought
-- again 1 to `window_days` days later. Day 0 never counts.
with buckets as (

    select
        cell_id,
        observed_window,
        repurchase_window,
        sum(customers) as customers
    from {{ ref('int_repurchase__durations') }}
    group by cell_id, observed_window, repurchase_window

),

counted as (

    select
        buckets.cell_id,
        windows.window_days,
        windows.is_profile_window,
        sum(buckets.customers) as customers,
        sum(
            case
                when buckets.observed_window >= windows.window_days then buckets.customers
                else 0
            end
        ) as eligible,
        sum(
            case
                when
                    buckets.observed_window >= windows.window_days
                    and buckets.repurchase_window <= windows.window_days
                    then buckets.customers
                else 0
            end
        ) as repurchased,
        sum(
            case
                when buckets.repurchase_window <= windows.window_days then buckets.customers
                else 0
            end
        ) as repurchased_so_far
    from buckets
    cross join {{ ref('int_repurchase__windows') }} as windows
    group by buckets.cell_id, windows.window_days, windows.is_profile_window

),

-- the curve only falls: its value at the end of a window is the smallest within
falls as (

    select
        cell_id,
        repurchase_window,
        min(survival_rate) as survival_rate
    from {{ ref('int_repurchase__curve') }}
    group by cell_id, repurchase_window

),

survivals as (

    select
        falls.cell_id,
        windows.window_days,
        min(falls.survival_rate) as survival_rate
    from falls
    inner join {{ ref('int_repurchase__windows') }} as windows
        on falls.repurchase_window <= windows.window_days
    group by falls.cell_id, windows.window_days

)

select
    as_of.as_of_date,
    cells.cohort,
    cells.cohort_period,
    cells.segment_type,
    cells.segment_value,
    cells.from_n,
    cast(counted.window_days as integer) as window_days,
    counted.is_profile_window,
    cast(counted.customers as bigint) as customers,
    cast(counted.eligible as bigint) as eligible,
    cast(counted.repurchased as bigint) as repurchased,
    cast(counted.repurchased_so_far as bigint) as repurchased_so_far,
    cast(counted.repurchased as double) / nullif(counted.eligible, 0) as rate_mature,
    cast(counted.repurchased_so_far as double) / nullif(counted.customers, 0) as rate_naive,
    -- unknown while nobody has been watched to the end of the window
    case when counted.eligible > 0 then 1 - coalesce(survivals.survival_rate, 1) end as rate_km,
    {{ wilson_bound('counted.repurchased', 'counted.eligible', -1) }} as wilson_low,
    {{ wilson_bound('counted.repurchased', 'counted.eligible', 1) }} as wilson_high,
    counted.eligible = counted.customers as fully_mature
from counted
cross join {{ ref('int_calendar__as_of') }} as as_of
inner join {{ ref('int_repurchase__cells') }} as cells on counted.cell_id = cells.cell_id
left join survivals
    on
        counted.cell_id = survivals.cell_id
        and counted.window_days = survivals.window_days
