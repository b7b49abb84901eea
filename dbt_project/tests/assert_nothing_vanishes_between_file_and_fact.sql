-- Rows read are junk, rejected or loaded; rows loaded are replaced by a newer version or newest;
-- the newest are facts, but for what a rule of seeds/export_facts.csv merges, drops or adds.
select
    source,
    export,
    fact_table,
    rows_read,
    rows_loaded,
    rows_newest,
    facts,
    missing_facts
from {{ ref('rpt_row_reconciliation') }}
where
    rows_read <> rows_junk + rows_rejected + rows_loaded
    or rows_superseded < 0
    or rows_dropped < 0
    or rows_merged < 0
    or missing_facts <> 0
    or facts <> identified_facts + unidentified_facts + guest_facts
