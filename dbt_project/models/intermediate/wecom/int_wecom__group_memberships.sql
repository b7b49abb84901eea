{{ config(meta={'distinct_texts': ['group_membership_key']}) }}
-- A file holds every member of each group in it, so who is missing from the group's next snapshot
-- has left it. Somebody who comes back has a second membership.
with member_rows as (

    {{ numbered_deliveries(ref('stg_wecom__group_member_rows')) }}

),

newest as (

    select max(delivery_number) as delivery_number
    from member_rows
    group by account, chat_id, userid, joined_at

),

memberships as (

    select
        member_rows.account,
        member_rows.chat_id,
        member_rows.userid,
        member_rows.joined_at,
        member_rows.member_type,
        member_rows.unionid,
        member_rows.join_scene,
        member_rows.inviter_userid,
        member_rows.file_id,
        member_rows.line_number,
        member_rows.snapshot_date as last_seen_date
    from member_rows
    inner join newest on member_rows.delivery_number = newest.delivery_number

),

snapshots as (

    select
        account,
        chat_id,
        snapshot_date,
        max(exported_at) as exported_at
    from member_rows
    group by account, chat_id, snapshot_date

),

followed_snapshots as (

    select
        *,
        lead(exported_at) over (
            partition by account, chat_id order by snapshot_date asc nulls last
        ) as next_exported_at
    from snapshots

)

select
    memberships.account || ':' || memberships.chat_id || ':' || memberships.userid || ':'
    || cast(memberships.joined_at as string) as group_membership_key,
    memberships.account,
    memberships.chat_id,
    memberships.userid,
    memberships.unionid,
    memberships.inviter_userid,
    case when memberships.member_type = 2 then 'wecom_external_userid' end as identifier_type,
    case when memberships.member_type = 2 then memberships.account || ':' || memberships.userid end
        as identifier_value,
    groups.group_name,
    groups.group_type,
    groups.owner_userid,
    memberships.join_scene,
    memberships.file_id,
    memberships.line_number,
    memberships.member_type = 2 as is_customer,
    followed_snapshots.next_exported_at is not null as has_left,
    memberships.joined_at,
    followed_snapshots.exported_at as last_seen_at,
    followed_snapshots.next_exported_at as missed_at
from memberships
inner join followed_snapshots
    on
        memberships.account = followed_snapshots.account
        and memberships.chat_id = followed_snapshots.chat_id
        and memberships.last_seen_date = followed_snapshots.snapshot_date
left join {{ ref('stg_wecom__groups') }} as groups
    on memberships.account = groups.account and memberships.chat_id = groups.chat_id
