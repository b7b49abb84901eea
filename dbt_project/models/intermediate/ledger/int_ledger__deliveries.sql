-- Every delivered file, with the local day on which it came.
select
    file_id,
    file_name,
    account,
    coalesce(source, '(unknown)') as source,
    coalesce(contract, '(unknown)') as contract,
    status,
    unknown_headers,
    rows_read,
    rows_loaded,
    rows_rejected,
    rows_junk,
    delivered_at,
    {{ local_date('delivered_at') }} as delivered_date
from {{ ref('stg_ledger__files') }}
where coalesce(is_current, true)
