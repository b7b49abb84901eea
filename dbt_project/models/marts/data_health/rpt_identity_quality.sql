with runs as (

    select * from {{ ref('int_customers__identity_runs') }}

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

)

select
    as_of.as_of_date,
    runs.run_id,
    runs.mode as run_mode,
    runs.reason as run_reason,
    cast(runs.customers as bigint) as customers,
    cast(runs.customers_change as bigint) as customers_change,
    cast(runs.largest_customer as bigint) as largest_customer_identifiers,
    cast(runs.identifiers as bigint) as identifiers,
    cast(runs.new_identifiers as bigint) as new_identifiers,
    cast(runs.moved_identifiers as bigint) as moved_identifiers,
    cast(runs.solved_identifiers as bigint) as solved_identifiers,
    cast(runs.blocked as bigint) as blocked_identifiers,
    cast(runs.guarded as bigint) as guarded_identifiers,
    cast(runs.ambiguous as bigint) as ambiguous_identifiers,
    cast(runs.edges as bigint) as edges,
    cast(runs.used_edges as bigint) as used_edges,
    cast(runs.refused as bigint) as refused_edges,
    cast(runs.created as bigint) as created_customers,
    cast(runs.merged as bigint) as merged_customers,
    cast(runs.split as bigint) as split_customers,
    cast(runs.retired as bigint) as retired_customers,
    runs.run_at
from runs
cross join as_of
