-- A brand's own contract fills the table of the export that it extends: its newest rows tell which.
-- Only where all of them were replaced, or no model reads them, does the contract stand for itself.
with deliveries as (

    select * from {{ ref('int_ledger__deliveries') }}
    where status = 'loaded'

),

newest as (

    select * from {{ ref('int_reconciliation__newest') }}

),

shipped as (

    select
        source,
        export,
        source || '_' || export as contract
    from {{ ref('export_facts') }}

),

extending as (

    select
        deliveries.contract,
        min(newest.source) as source,
        min(newest.export) as export
    from newest
    inner join deliveries on newest.file_id = deliveries.file_id
    left join shipped on deliveries.contract = shipped.contract
    where shipped.contract is null
    group by deliveries.contract

),

delivered as (

    select
        coalesce(shipped.source, extending.source, deliveries.source) as source,
        coalesce(shipped.export, extending.export, deliveries.contract) as export,
        count(*) as files,
        sum(deliveries.rows_read) as rows_read,
        sum(deliveries.rows_junk) as rows_junk,
        sum(deliveries.rows_rejected) as rows_rejected,
        sum(deliveries.rows_loaded) as rows_loaded
    from deliveries
    left join shipped on deliveries.contract = shipped.contract
    left join extending on deliveries.contract = extending.contract
    group by
        coalesce(shipped.source, extending.source, deliveries.source),
        coalesce(shipped.export, extending.export, deliveries.contract)

),

newest_of_exports as (

    select
        source,
        export,
        sum(rows_newest) as rows_newest
    from newest
    group by source, export

)

select
    coalesce(delivered.source, newest_of_exports.source) as source,
    coalesce(delivered.export, newest_of_exports.export) as export,
    coalesce(delivered.files, 0) as files,
    coalesce(delivered.rows_read, 0) as rows_read,
    coalesce(delivered.rows_junk, 0) as rows_junk,
    coalesce(delivered.rows_rejected, 0) as rows_rejected,
    coalesce(delivered.rows_loaded, 0) as rows_loaded,
    coalesce(newest_of_exports.rows_newest, 0) as rows_newest
from delivered
full outer join newest_of_exports
    on
        delivered.source = newest_of_exports.source
        and delivered.export = newest_of_exports.export
