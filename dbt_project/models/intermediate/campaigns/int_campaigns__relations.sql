-- Everything that makes a customer reachable in the private domain, and when it ended. An end that
-- no export dates lies between the last file that shows the relation and the first that does not.
-- What is lost together is one pool: a group, or all contacts and followers.
with contact_ends as (

    select
        relation_key,
        min(coalesce(ended_at, last_seen_at)) as ended_from_at,
        min(coalesce(ended_at, missed_at)) as ended_until_at,
        bool_or(coalesce(ended_by, 'customer') = 'customer') as is_loss
    from {{ ref('int_wecom__losses') }}
    where relation_key is not null
    group by relation_key

),

contacts as (

    select
        'wecom_contact' as relation_kind,
        '(contacts)' as pool,
        relations.identifier_type,
        relations.identifier_value,
        relations.added_at as began_at,
        contact_ends.ended_from_at,
        contact_ends.ended_until_at,
        coalesce(contact_ends.is_loss, false) as is_loss
    from {{ ref('int_wecom__relations') }} as relations
    left join contact_ends on relations.relation_key = contact_ends.relation_key

),

-- a callback may tell of a relation that no snapshot showed
unseen_contacts as (

    select
        'wecom_contact' as relation_kind,
        '(contacts)' as pool,
        identifier_type,
        identifier_value,
        {{ begin_of_time() }} as began_at,
        ended_at as ended_from_at,
        ended_at as ended_until_at,
        ended_by = 'customer' as is_loss
    from {{ ref('int_wecom__losses') }}
    where relation_key is null

),

numbered_follows as (

    select
        account,
        openid,
        subscribed_at,
        exported_at,
        lead(subscribed_at) over (
            partition by account, openid order by subscribed_at asc nulls last
        ) as next_subscribed_at
    from {{ ref('stg_official_account__follows') }}

),

-- who left keeps a row without a time
absences as (

    select
        account,
        openid,
        exported_at
    from {{ ref('stg_official_account__follower_rows') }}
    where subscribed_at is null

),

follows as (

    select
        follows.account,
        follows.openid,
        follows.subscribed_at,
        max(follows.exported_at) as last_seen_at,
        min(coalesce(follows.next_subscribed_at, absences.exported_at)) as missed_at
    from numbered_follows as follows
    left join absences
        on
            follows.account = absences.account
            and follows.openid = absences.openid
            and follows.exported_at < absences.exported_at
            and follows.next_subscribed_at is null
    group by follows.account, follows.openid, follows.subscribed_at

),

followers as (

    select
        'official_account' as relation_kind,
        '(contacts)' as pool,
        'wechat_openid' as identifier_type,
        account || ':' || openid as identifier_value,
        subscribed_at as began_at,
        case when missed_at is not null then last_seen_at end as ended_from_at,
        missed_at as ended_until_at,
        missed_at is not null as is_loss
    from follows

),

members as (

    select
        'wecom_group' as relation_kind,
        chat_id as pool,
        identifier_type,
        identifier_value,
        joined_at as began_at,
        case when has_left then last_seen_at end as ended_from_at,
        case when has_left then missed_at end as ended_until_at,
        has_left as is_loss
    from {{ ref('int_wecom__group_memberships') }}
    where is_customer

),

relations as (

    select * from contacts
    union all
    select * from unseen_contacts
    union all
    select * from followers
    union all
    select * from members

)

select
    relations.relation_kind,
    relations.pool,
    identity_map.customer_id,
    relations.began_at,
    relations.ended_from_at,
    relations.ended_until_at,
    relations.is_loss
from relations
{{ join_customer('relations', 'relations.began_at') }}
