-- Who came through a variant: somebody who scanned or added twice is one row, a customer of two
-- variants is a row of each. An identifier of nobody stands for a person of its own.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

events as (

    select
        touchpoints.campaign as acquisition_code,
        touchpoints.behaviour,
        touchpoints.customer_id,
        coalesce(touchpoints.customer_id, -touchpoints.identifier_id) as person_id,
        touchpoints.touched_at
    from {{ ref('int_touchpoints') }} as touchpoints
    cross join as_of
    where
        touchpoints.behaviour in (
            'parcel_card_scanned', 'wecom_contact_added', 'official_account_followed'
        )
        and touchpoints.touched_date <= as_of.as_of_date

),

first_contacts as (

    select
        person_id,
        min(touched_at) as first_contact_at
    from events
    where behaviour = 'wecom_contact_added'
    group by person_id

),

people as (

    select
        codes.acquisition_source,
        codes.variant,
        events.person_id,
        max(events.customer_id) as customer_id,
        count(*) filter (where events.behaviour = 'parcel_card_scanned') as scans,
        count(*) filter (where events.behaviour <> 'parcel_card_scanned') as adds,
        min(events.touched_at) filter (where events.behaviour = 'parcel_card_scanned')
            as scanned_at,
        min(events.touched_at) filter (where events.behaviour <> 'parcel_card_scanned')
            as added_at
    from events
    inner join {{ ref('int_acquisition__codes') }} as codes
        on events.acquisition_code = codes.acquisition_code
    group by codes.acquisition_source, codes.variant, events.person_id

)

select
    people.acquisition_source,
    people.variant,
    people.person_id,
    people.customer_id,
    people.scans,
    people.adds,
    coalesce(first_contacts.first_contact_at < people.scanned_at, false) as is_known_before,
    coalesce(
        people.scanned_at is not null
        and coalesce(first_contacts.first_contact_at >= people.scanned_at, true)
        and {{ add_days(local_date('people.scanned_at'), var('acquisition_opt_in_days', 3)) }}
        < as_of.as_of_date,
        false
    ) as is_opt_in_observed,
    coalesce(
        people.added_at >= people.scanned_at
        and {{ seconds_between('people.scanned_at', 'people.added_at') }}
        <= {{ var('acquisition_opt_in_days', 3) }} * 86400,
        false
    ) as has_opted_in,
    people.scanned_at,
    {{ local_date('people.scanned_at') }} as scanned_date,
    people.added_at,
    {{ local_date('people.added_at') }} as added_date
from people
cross join as_of
left join first_contacts on people.person_id = first_contacts.person_id
