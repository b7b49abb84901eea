-- Of every file: read = loaded + rejected + junk.
select
    file_id,
    file_name,
    rows_read,
    rows_loaded,
    rows_rejected,
    rows_junk
from {{ ref('stg_ledger__files') }}
where
    status = 'loaded'
    and coalesce(rows_read, 0)
    <> coalesce(rows_loaded, 0) + coalesce(rows_rejected, 0) + coalesce(rows_junk, 0)
