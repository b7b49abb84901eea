with exports as (

    select * from {{ ref('int_reconciliation__exports') }}

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

counted as (

    select
        exports.*,
        listed.fact as fact_table,
        case when listed.source is null then 'Not in seeds/export_facts.csv' else listed.note end
            as note,
        coalesce(rules.rows_merged, 0) as rows_merged,
        coalesce(rules.rows_dropped, 0) as rows_dropped,
        coalesce(rules.rows_added, 0) as rows_added,
        case when listed.fact is not null then coalesce(facts.facts, 0) end as facts,
        facts.identified_facts,
        facts.unidentified_facts,
        facts.guest_facts
    from exports
    left join {{ ref('export_facts') }} as listed
        on exports.source = listed.source and exports.export = listed.export
    left join {{ ref('int_reconciliation__rules') }} as rules
        on exports.source = rules.source and exports.export = rules.export
    left join {{ ref('int_reconciliation__facts') }} as facts
        on exports.source = facts.source and exports.export = facts.export

)

select
    as_of.as_of_date,
    counted.source,
    counted.export,
    counted.fact_table,
    counted.note,
    cast(counted.files as bigint) as files,
    cast(counted.rows_read as bigint) as rows_read,
    cast(counted.rows_junk as bigint) as rows_junk,
    cast(counted.rows_rejected as bigint) as rows_rejected,
    cast(counted.rows_loaded as bigint) as rows_loaded,
    cast(counted.rows_loaded - counted.rows_newest as bigint) as rows_superseded,
    cast(counted.rows_newest as bigint) as rows_newest,
    cast(counted.rows_dropped as bigint) as rows_dropped,
    cast(counted.rows_merged as bigint) as rows_merged,
    cast(counted.rows_added as bigint) as rows_added,
    cast(counted.facts as bigint) as facts,
    cast(counted.identified_facts as bigint) as identified_facts,
    cast(counted.unidentified_facts as bigint) as unidentified_facts,
    cast(counted.guest_facts as bigint) as guest_facts,
    cast(
        counted.rows_newest
        - counted.rows_dropped
        - counted.rows_merged
        + counted.rows_added
        - counted.facts as bigint
    ) as missing_facts
from counted
cross join as_of
