-- From the nth purchase to the next one: so far, and within the industry profile's window.
select
    windows.as_of_date,
    windows.cohort,
    windows.cohort_period,
    windows.segment_type,
    windows.segment_value,
    windows.from_n,
    windows.from_n + 1 as to_n,
    windows.window_days,
    windows.customers,
    gaps.repurchases as converted,
    cast(gaps.repurchases as double) / windows.customers as rate_so_far,
    windows.eligible,
    windows.repurchased,
    windows.rate_mature,
    windows.rate_km,
    gaps.p50_gap_days,
    gaps.km_median_gap_days,
    windows.fully_mature
from {{ ref('rpt_repurchase_window') }} as windows
inner join {{ ref('rpt_repurchase_gap') }} as gaps
    on
        windows.cohort = gaps.cohort
        and windows.segment_type = gaps.segment_type
        and windows.segment_value = gaps.segment_value
        and windows.from_n = gaps.from_n
where windows.is_profile_window
