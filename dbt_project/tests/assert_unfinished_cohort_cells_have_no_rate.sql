-- A running month is never shown as a drop, and a month that has not begun has no row.
select
    segment_type,
    segment_value,
    cohort_period,
    k
from {{ ref('rpt_cohort') }}
where
    period_start > as_of_date
    or is_mature <> (period_end <= as_of_date)
    or (not is_mature and (retention_rate is not null or ltv_net_cny is not null))
    or (is_mature and retention_rate is null)
    or active_customers > cohort_size
    or (k = 0 and active_customers <> cohort_size)
