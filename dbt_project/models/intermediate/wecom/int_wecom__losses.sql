-- A callback tells the time of a loss and who ended the relation. Without one, the relation is
-- missing from the next complete snapshot, and who ended it is unknown.
with relations as (

    select
        *,
        lead(added_at) over (
            partition by account, external_userid, follow_userid
            order by added_at asc nulls last
        ) as next_added_at
    from {{ ref('int_wecom__relations') }}

),

end_events as (

    select
        events.*,
        case
            when events.loss_source = 'DELETE_BY_TRANSFER' then 'handover'
            else change_types.ended_by
        end as ended_by
    from {{ ref('stg_wecom__events') }} as events
    inner join {{ ref('wecom_change_types') }} as change_types
        on events.change_type = change_types.change_type
    where change_types.event_kind = 'ended'

),

matched as (

    select
        relations.relation_key,
        end_events.account,
        end_events.external_userid,
        end_events.follow_userid,
        end_events.ended_by,
        end_events.happened_at as ended_at,
        row_number() over (
            partition by
                end_events.account,
                end_events.external_userid,
                end_events.follow_userid,
                relations.relation_key
            order by end_events.happened_at asc nulls last, end_events.change_type asc nulls last
        ) as end_number
    from end_events
    left join relations
        on
            end_events.account = relations.account
            and end_events.external_userid = relations.external_userid
            and end_events.follow_userid = relations.follow_userid
            and end_events.happened_at >= relations.added_at
            and (
                relations.next_added_at is null
                or end_events.happened_at < relations.next_added_at
            )

),

handovers as (

    select
        lost.relation_key,
        min(taken.added_at) as handed_over_at
    from relations as lost
    inner join relations as taken
        on
            lost.account = taken.account
            and lost.external_userid = taken.external_userid
            and lost.follow_userid <> taken.follow_userid
            and lost.added_at < taken.added_at
            and lost.last_seen_at - interval 1 day <= taken.added_at
            and lost.missed_at >= taken.added_at
    where not taken.is_acquisition
    group by lost.relation_key

),

lost_relations as (

    select
        relations.relation_key,
        relations.source,
        relations.account,
        relations.external_userid,
        relations.follow_userid,
        relations.identifier_type,
        relations.identifier_value,
        case
            when matched.ended_by is not null then matched.ended_by
            when handovers.relation_key is not null then 'handover'
            else 'unknown'
        end as ended_by,
        relations.added_at,
        matched.ended_at,
        relations.last_seen_at,
        relations.missed_at,
        case when relations.external_userid is not null then relations.next_added_at end
            as readded_at
    from relations
    left join matched
        on relations.relation_key = matched.relation_key and matched.end_number = 1
    left join handovers
        on relations.relation_key = handovers.relation_key
    where matched.ended_at is not null or relations.missed_at is not null

),

-- The relation was over before any snapshot or callback could tell of its beginning.
never_seen as (

    select
        account || ':' || follow_userid || '::' || external_userid || ':'
        || cast(ended_at as string) as relation_key,
        'wecom_events' as source,
        account,
        external_userid,
        follow_userid,
        'wecom_external_userid' as identifier_type,
        account || ':' || external_userid as identifier_value,
        ended_by,
        cast(null as timestamp) as added_at,
        ended_at,
        cast(null as timestamp) as last_seen_at,
        cast(null as timestamp) as missed_at,
        cast(null as timestamp) as readded_at
    from matched
    where relation_key is null and end_number = 1

),

losses as (

    select * from lost_relations
    union all
    select * from never_seen

)

select
    relation_key,
    source,
    account,
    external_userid,
    follow_userid,
    identifier_type,
    identifier_value,
    ended_by,
    ended_by = 'handover' as is_handover,
    added_at,
    ended_at,
    last_seen_at,
    missed_at,
    readded_at,
    {{ local_date('coalesce(ended_at, missed_at)') }} as lost_date
from losses
