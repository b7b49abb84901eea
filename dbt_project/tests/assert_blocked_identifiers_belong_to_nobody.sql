-- nor do devices that several customers use
select
    identifier_id,
    customer_id
from {{ ref('customer_identifiers') }}
where (is_blocked or is_ambiguous) and customer_id is not null
