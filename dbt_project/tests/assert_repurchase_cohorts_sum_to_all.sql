-- The months together are the row of all, in every window and count.
with months as (

    select
        window_days,
        sum(customers) as customers,
        sum(eligible) as eligible,
        sum(repurchased) as repurchased
    from {{ ref('rpt_repurchase_window') }}
    where cohort <> 'all'
    group by window_days

)

select
    totals.window_days,
    totals.eligible,
    months.eligible as months_eligible
from {{ ref('rpt_repurchase_window') }} as totals
inner join months on totals.window_days = months.window_days
where
    totals.cohort = 'all'
    and (
        totals.customers <> months.customers
        or totals.eligible <> months.eligible
        or totals.repurchased <> months.repurchased
        or totals.repurchased > totals.eligible
    )
