-- The cells for which rows are in quarantine, with the file that they came in.
select
    deliveries.file_id,
    deliveries.source,
    deliveries.contract,
    deliveries.file_name,
    quarantine.line_number,
    row_number() over (
        partition by quarantine.file_id
        order by
            quarantine.line_number asc nulls last,
            quarantine.column_name asc nulls last,
            quarantine.reason asc nulls last
    ) as cell_in_file,
    quarantine.column_name,
    quarantine.header,
    quarantine.value,
    quarantine.reason,
    quarantine.remedy,
    deliveries.delivered_date
from {{ ref('stg_ledger__quarantine') }} as quarantine
inner join {{ ref('int_ledger__deliveries') }} as deliveries
    on quarantine.file_id = deliveries.file_id
