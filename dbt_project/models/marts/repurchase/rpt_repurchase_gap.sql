-- Days between two purchases, of those who came back; the Kaplan-Meier median also counts those who
-- have not, so it is the longer one, and null where fewer than half come back.
with customers as (

    select
        durations.cell_id,
        sum(durations.customers) as customers,
        sum(
            case
                when durations.observed_window >= windows.window_days then durations.customers
                else 0
            end
        ) as eligible
    from {{ ref('int_repurchase__durations') }} as durations
    inner join {{ ref('int_repurchase__windows') }} as windows on windows.is_profile_window
    group by durations.cell_id

),

curve as (

    select
        *,
        max(repurchased_until) over (partition by cell_id)
            as repurchases
    from {{ ref('int_repurchase__curve') }}

),

gaps as (

    select
        cell_id,
        max(repurchases) as repurchases,
        cast(sum(duration_days * repurchased) as double) / max(repurchases) as mean_gap_days,
        {% for percent in [25, 50, 75, 90] -%}
            min(
                case
                    when repurchased_until * 100 >= repurchases * {{ percent }} then duration_days
                end
            ) as p{{ percent }}_gap_days,
        {% endfor -%}
        min(case when {{ half_has_come_back('survival_rate') }} then duration_days end)
            as km_median_gap_days
    from curve
    group by cell_id

)

select
    as_of.as_of_date,
    cells.cohort,
    cells.cohort_period,
    cells.segment_type,
    cells.segment_value,
    cells.from_n,
    cast(customers.customers as bigint) as customers,
    cast(coalesce(gaps.repurchases, 0) as bigint) as repurchases,
    gaps.mean_gap_days,
    gaps.p25_gap_days,
    gaps.p50_gap_days,
    gaps.p75_gap_days,
    gaps.p90_gap_days,
    gaps.km_median_gap_days,
    customers.eligible = customers.customers as fully_mature
from customers
cross join {{ ref('int_calendar__as_of') }} as as_of
inner join {{ ref('int_repurchase__cells') }} as cells on customers.cell_id = cells.cell_id
left join gaps on customers.cell_id = gaps.cell_id
