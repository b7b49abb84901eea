-- By the customer number of that day: who was one customer then and is merged since was handed over
-- as he was known.
select
    customer_id,
    handed_over_date,
    packages
from {{ ref('stg_ledger__handed_over') }}
