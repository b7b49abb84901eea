select
    identifier_type,
    identifier_value,
    count(distinct customer_id) as customers
from {{ ref('customer_identifiers') }}
group by identifier_type, identifier_value
having count(distinct customer_id) > 1
