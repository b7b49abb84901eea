with deliveries as (

    select * from {{ ref('int_ledger__deliveries') }}

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

)

select
    as_of.as_of_date,
    deliveries.delivered_date,
    deliveries.source,
    deliveries.contract,
    cast(count(*) as bigint) as files,
    cast(count(*) filter (where deliveries.status = 'refused') as bigint) as refused_files,
    cast(sum(coalesce(deliveries.rows_read, 0)) as bigint) as rows_read,
    cast(sum(coalesce(deliveries.rows_loaded, 0)) as bigint) as rows_loaded,
    cast(sum(coalesce(deliveries.rows_rejected, 0)) as bigint) as rows_rejected,
    cast(sum(coalesce(deliveries.rows_junk, 0)) as bigint) as rows_junk,
    cast(
        count(*) filter (where coalesce(deliveries.unknown_headers, '') <> '') as bigint
    ) as files_with_unknown_headers,
    {{ distinct_values('deliveries.unknown_headers') }} as unknown_headers,
    max(deliveries.delivered_at) as last_delivered_at
from deliveries
cross join as_of
group by
    as_of.as_of_date,
    deliveries.delivered_date,
    deliveries.source,
    deliveries.contract
