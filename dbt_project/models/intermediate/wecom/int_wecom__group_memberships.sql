-- A file holds every member of each group in it, so who is missing from the group's next snapshot
-- has left it. Somebody who comes back has a second membership.
with member_rows as (

    select * from {{ ref('stg_wecom__group_member_rows') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by account, chat_id, userid, joined_at
            order by
                exported_at desc nulls last, file_id desc nulls last, line_number desc nulls last
        ) as recency
    from member_rows

),

memberships as (

    select
        account,
        chat_id,
        userid,
        joined_at,
        max(member_type) filter (where recency = 1) as member_type,
        max(unionid) filter (where recency = 1) as unionid,
        max(join_scene) filter (where recency = 1) as join_scene,
        max(inviter_userid) filter (where recency = 1) as inviter_userid,
        max(file_id) filter (where recency = 1) as file_id,
        max(line_number) filter (where recency = 1) as line_number,
        max(snapshot_date) as last_seen_date
    from ranked
    group by account, chat_id, userid, joined_at

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
