-- An employee may type several phones for one contact: one row per phone, at most 20 a contact.
with numbers as (

    select cast(number as integer) as number from {{ ref('int_calendar__numbers') }}
    where number between 1 and 20

)

select
    contacts.account,
    contacts.external_userid,
    split_part(contacts.remark_phones_keys, ',', numbers.number) as phone_key,
    contacts.file_id,
    contacts.line_number,
    contacts.exported_at
from {{ ref('stg_wecom__contact_rows') }} as contacts
cross join numbers
where
    contacts.remark_phones_keys <> ''
    and split_part(contacts.remark_phones_keys, ',', numbers.number) <> ''
