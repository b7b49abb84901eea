-- An employee may type several phones for one contact: one row per phone, at most 20 a contact.
with contacts as (

    select * from {{ ref('stg_wecom__contacts') }}
    where remark_phones_keys is not null and remark_phones_keys <> ''

),

numbers as (

    select number from {{ ref('int_calendar__numbers') }}
    where number between 1 and 20

)

select
    contacts.account,
    contacts.external_userid,
    contacts.follow_userid,
    split_part(contacts.remark_phones_keys, ',', cast(numbers.number as integer)) as phone_key,
    contacts.file_id,
    contacts.line_number,
    contacts.added_at
from contacts
cross join numbers
where split_part(contacts.remark_phones_keys, ',', cast(numbers.number as integer)) <> ''
