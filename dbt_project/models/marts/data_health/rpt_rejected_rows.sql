select
    as_of.as_of_date,
    cells.file_id,
    cast(cells.cell_in_file as bigint) as cell_in_file,
    cells.source,
    cells.contract,
    cells.file_name,
    cast(cells.line_number as bigint) as line_number,
    cells.column_name,
    cells.header,
    cells.value,
    cells.reason,
    cells.remedy,
    cells.delivered_date
from {{ ref('int_ledger__rejected_cells') }} as cells
cross join {{ ref('int_calendar__as_of') }} as as_of
