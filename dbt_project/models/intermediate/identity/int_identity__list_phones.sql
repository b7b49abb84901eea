-- The customer list repeats the contacts' phones, and is all there is where the API is not used.
with numbers as (

    select cast(number as integer) as number from {{ ref('int_calendar__numbers') }}
    where number between 1 and 20

),

relations as (

    select * from {{ ref('int_wecom__relations') }}
    where remark_phones_keys <> ''

)

select
    relations.identifier_type,
    relations.identifier_value,
    split_part(relations.remark_phones_keys, ',', numbers.number) as phone_key,
    relations.list_file_id as file_id,
    relations.list_line_number as line_number,
    relations.added_at,
    relations.last_seen_at
from relations
cross join numbers
where split_part(relations.remark_phones_keys, ',', numbers.number) <> ''
