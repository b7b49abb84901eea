-- Months of all segments together, and segments of all months: what a chart shows.
select
    as_of.as_of_date,
    cells.cohort,
    cells.cohort_period,
    cells.segment_type,
    cells.segment_value,
    cells.from_n,
    curve.duration_days,
    curve.customers,
    curve.at_risk,
    curve.repurchased as repurchased_on_day,
    curve.survival_rate,
    1 - curve.survival_rate as rate_km,
    -- nobody was out of sight before this day: the curve is the plain share
    curve.at_risk + curve.repurchased_until - curve.repurchased = curve.customers as fully_mature
from {{ ref('int_repurchase__curve') }} as curve
cross join {{ ref('int_calendar__as_of') }} as as_of
inner join {{ ref('int_repurchase__cells') }} as cells on curve.cell_id = cells.cell_id
where cells.cohort = 'all' or cells.segment_type = 'all'
