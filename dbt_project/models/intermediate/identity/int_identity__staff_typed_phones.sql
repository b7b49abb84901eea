-- An employee may type several phones for one contact: one row per phone, at most 20 a contact. The
-- customer list repeats the contacts' phones, and is all there is where the API is not used.
with contacts as (

    select
        account,
        'wecom_external_userid' as identifier_type,
        account || ':' || external_userid as identifier_value,
        'wecom_contacts' as source,
        remark_phones_keys,
        file_id,
        line_number,
        added_at
    from {{ ref('stg_wecom__contacts') }}

),

list_lines as (

    select
        account,
        identifier_type,
        identifier_value,
        'wecom_customers' as source,
        remark_phones_keys,
        list_file_id as file_id,
        list_line_number as line_number,
        added_at
    from {{ ref('int_wecom__relations') }}

),

remarks as (

    select * from contacts
    where remark_phones_keys is not null and remark_phones_keys <> ''
    union all
    select * from list_lines
    where remark_phones_keys is not null and remark_phones_keys <> ''

),

numbers as (

    select number from {{ ref('int_calendar__numbers') }}
    where number between 1 and 20

)

select
    remarks.account,
    remarks.identifier_type,
    remarks.identifier_value,
    remarks.source,
    split_part(remarks.remark_phones_keys, ',', cast(numbers.number as integer)) as phone_key,
    remarks.file_id,
    remarks.line_number,
    remarks.added_at
from remarks
cross join numbers
where split_part(remarks.remark_phones_keys, ',', cast(numbers.number as integer)) <> ''
