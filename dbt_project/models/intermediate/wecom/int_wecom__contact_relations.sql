{{ config(meta={'distinct_texts': ['external_userid']}) }}
-- A customer who left and came back has a relation for each time. What no snapshot caught, because
-- it began and ended between two of them, a callback may still tell.
with contact_rows as (

    {{ numbered_deliveries(ref('stg_wecom__contact_rows')) }}

),

newest as (

    select max(delivery_number) as delivery_number
    from contact_rows
    group by account, external_userid, follow_userid, added_at

),

seen as (

    select
        contact_rows.account,
        contact_rows.external_userid,
        contact_rows.follow_userid,
        contact_rows.added_at,
        contact_rows.add_way,
        contact_rows.state,
        contact_rows.snapshot_date as last_seen_date
    from contact_rows
    inner join newest on contact_rows.delivery_number = newest.delivery_number

),

snapshots as (

    select * from {{ ref('int_wecom__snapshots') }}
    where export = 'contacts'

),

added_events as (

    select events.*
    from {{ ref('stg_wecom__events') }} as events
    inner join {{ ref('wecom_change_types') }} as change_types
        on events.change_type = change_types.change_type
    where change_types.event_kind = 'added'

),

-- The callback and the contact's own time may differ by the seconds that the callback took.
unseen as (

    select added_events.*
    from added_events
    left join seen
        on
            added_events.account = seen.account
            and added_events.external_userid = seen.external_userid
            and added_events.follow_userid = seen.follow_userid
            and added_events.happened_at between seen.added_at - interval 10 minute
            and seen.added_at + interval 10 minute
    where seen.external_userid is null

)

select
    'wecom_contacts' as source,
    seen.account,
    seen.external_userid,
    seen.follow_userid,
    seen.added_at,
    seen.add_way,
    seen.state,
    snapshots.exported_at as last_seen_at,
    snapshots.next_complete_at as missed_at
from seen
inner join snapshots
    on seen.account = snapshots.account and seen.last_seen_date = snapshots.snapshot_date
union all
select
    'wecom_events' as source,
    account,
    external_userid,
    follow_userid,
    happened_at as added_at,
    -- a callback names the code but not the way: a code was scanned, else the way is unknown
    case when state is not null then 1 else 0 end as add_way,
    state,
    cast(null as timestamp) as last_seen_at,
    cast(null as timestamp) as missed_at
from unseen
