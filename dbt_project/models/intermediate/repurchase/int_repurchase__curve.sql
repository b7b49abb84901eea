-- Kaplan-Meier: at every day on which somebody came back, the share of all that had not come back
-- by its end. Who has been watched for 40 days is at risk on day 40.
with ended as (

    select
        cell_id,
        duration_days,
        min(repurchase_window) as repurchase_window,
        sum(customers) as ended,
        sum(case when is_repurchased then customers else 0 end) as repurchased
    from {{ ref('int_repurchase__durations') }}
    group by cell_id, duration_days

),

risks as (

    select
        *,
        sum(ended) over (
            partition by cell_id
            order by duration_days asc nulls last
            rows between current row and unbounded following
        ) as at_risk,
        sum(ended) over (
            partition by cell_id
            order by duration_days asc nulls last
            rows between unbounded preceding and unbounded following
        ) as customers
    from ended

),

events as (

    select
        cell_id,
        duration_days,
        repurchase_window,
        customers,
        at_risk,
        repurchased,
        -- nobody is left only at the end of a group's last day
        case
            when at_risk > repurchased
                then ln(cast(at_risk - repurchased as double)) - ln(cast(at_risk as double))
        end as log_factor
    from risks
    where repurchased > 0

)

select
    cell_id,
    duration_days,
    repurchase_window,
    cast(customers as bigint) as customers,
    cast(at_risk as bigint) as at_risk,
    cast(repurchased as bigint) as repurchased,
    cast(
        sum(repurchased) over (
            partition by cell_id
            order by duration_days asc nulls last
            rows between unbounded preceding and current row
        ) as bigint
    ) as repurchased_until,
    case
        when log_factor is null then cast(0 as double)
        else exp(
            sum(log_factor) over (
                partition by cell_id
                order by duration_days asc nulls last
                rows between unbounded preceding and current row
            )
        )
    end as survival_rate
from events
