-- The months together are the row of all, and the values of a segment together are the row of
-- everybody: in every window, step and count.
with counts as (

    select
        cohort = 'all' as is_all_months,
        segment_type = 'all' as is_everybody,
        cohort,
        segment_type,
        from_n,
        window_days,
        customers,
        eligible,
        repurchased,
        repurchased_so_far
    from {{ ref('rpt_repurchase_window') }}

),

segment_types as (

    select distinct segment_type from counts
    where not is_everybody

),

summed as (

    select
        'months' as parts,
        segment_type as part,
        from_n,
        window_days,
        is_all_months as is_total,
        sum(customers) as customers,
        sum(eligible) as eligible,
        sum(repurchased) as repurchased,
        sum(repurchased_so_far) as repurchased_so_far
    from counts
    group by segment_type, from_n, window_days, is_all_months
    union all
    select
        'segments' as parts,
        segment_types.segment_type as part,
        counts.from_n,
        counts.window_days,
        counts.is_everybody as is_total,
        sum(counts.customers) as customers,
        sum(counts.eligible) as eligible,
        sum(counts.repurchased) as repurchased,
        sum(counts.repurchased_so_far) as repurchased_so_far
    from counts
    inner join segment_types
        on counts.is_everybody or counts.segment_type = segment_types.segment_type
    group by segment_types.segment_type, counts.from_n, counts.window_days, counts.is_everybody

)

select
    parts,
    part,
    from_n,
    window_days,
    count(*) as sides,
    max(eligible) as most_eligible,
    min(eligible) as fewest_eligible
from summed
group by parts, part, from_n, window_days
having
    count(*) <> 2
    or min(customers) <> max(customers)
    or min(eligible) <> max(eligible)
    or min(repurchased) <> max(repurchased)
    or min(repurchased_so_far) <> max(repurchased_so_far)
    or max(repurchased) > max(eligible)
