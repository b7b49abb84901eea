with runs as (

    select * from {{ ref('stg_identity__runs') }}

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

numbered as (

    select
        *,
        lag(customers) over (order by run_id asc nulls last) as customers_before
    from runs

)

select
    as_of.as_of_date,
    numbered.run_id,
    numbered.mode as run_mode,
    numbered.reason as run_reason,
    cast(numbered.customers as bigint) as customers,
    cast(numbered.customers - coalesce(numbered.customers_before, 0) as bigint)
        as customers_change,
    cast(numbered.largest_customer as bigint) as largest_customer_identifiers,
    cast(numbered.identifiers as bigint) as identifiers,
    cast(numbered.new_identifiers as bigint) as new_identifiers,
    cast(numbered.moved_identifiers as bigint) as moved_identifiers,
    cast(numbered.blocked as bigint) as blocked_identifiers,
    cast(numbered.guarded as bigint) as guarded_identifiers,
    cast(numbered.ambiguous as bigint) as ambiguous_identifiers,
    cast(numbered.edges as bigint) as edges,
    cast(numbered.used_edges as bigint) as used_edges,
    cast(numbered.refused as bigint) as refused_edges,
    cast(numbered.created as bigint) as created_customers,
    cast(numbered.merged as bigint) as merged_customers,
    cast(numbered.split as bigint) as split_customers,
    cast(numbered.retired as bigint) as retired_customers,
    numbered.run_at
from numbered
cross join as_of
