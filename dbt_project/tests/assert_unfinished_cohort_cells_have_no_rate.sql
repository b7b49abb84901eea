-- A running period is never shown as a drop, and a period that has not begun has no row.
select
    cohort_kind,
    cohort_period_type,
    clock,
    segment_type,
    segment_value,
    cohort_period,
    k
from {{ ref('rpt_cohort') }}
where
    period_start > as_of_date
    or observed_through > as_of_date
    or is_mature <> (period_end <= as_of_date)
    or (cohort_size > 0 and is_mature <> (eligible_customers = cohort_size))
    or (clock = 'calendar' and not is_mature and eligible_customers > 0)
    or (
        eligible_customers = 0
        and (
            retention_rate is not null
            or retention_on_or_after is not null
            or churn_rate is not null
            or ltv_net_cny is not null
        )
    )
    or (eligible_customers > 0 and (retention_rate is null or ltv_net_cny is null))
    or active_customers > cohort_size
    or repeat_active > active_customers
    or active_customers > active_on_or_after
    or eligible_active > eligible_active_on_or_after
    or eligible_active_on_or_after > eligible_customers
    or (cohort_kind = 'first_order' and k = 0 and active_customers <> cohort_size)
    or (cohort_kind = 'guest_order' and (cohort_size <> 0 or k <> 0))
