-- Relations of the customer list that no contact matches. Which these are, all files decide
-- together, so they are found anew each time.
select
    identifier_type,
    identifier_value,
    source,
    added_at as seen_at,
    list_file_id as file_id,
    list_line_number as line_number
from {{ ref('int_wecom__relations') }}
where identifier_type = 'wecom_follow_relation'
union all
select
    'phone' as identifier_type,
    phone_key as identifier_value,
    'wecom_customers' as source,
    last_seen_at as seen_at,
    file_id,
    line_number
from {{ ref('int_identity__list_phones') }}
