-- The identity state that paths are resolved by: the time of its last change.
select max(run_at) as identity_version
from {{ ref('stg_identity__log') }}
