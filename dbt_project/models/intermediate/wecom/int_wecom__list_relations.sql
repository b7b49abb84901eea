-- The customer list names no customer: a relation is known by member, second of adding and, where
-- one member got several customers in a second, a number.
with ranked as (

    select
        *,
        row_number() over (
            partition by account, follow_userid, added_at, relation_number
            order by
                exported_at desc nulls last, file_id desc nulls last, line_number desc nulls last
        ) as recency
    from {{ ref('stg_wecom__customer_rows') }}

),

relations as (

    select
        account,
        follow_userid,
        added_at,
        relation_number,
        max(add_source) filter (where recency = 1) as add_source,
        max(remark_phones_keys) filter (where recency = 1) as remark_phones_keys,
        max(file_id) filter (where recency = 1) as file_id,
        max(line_number) filter (where recency = 1) as line_number,
        max(snapshot_date) as last_seen_date
    from ranked
    group by account, follow_userid, added_at, relation_number

),

snapshots as (

    select * from {{ ref('int_wecom__snapshots') }}
    where export = 'customers'

)

select
    relations.*,
    count(*) over (
        partition by relations.account, relations.follow_userid, relations.added_at
    ) as relations_of_the_second,
    snapshots.exported_at as last_seen_at,
    snapshots.next_complete_at as missed_at
from relations
inner join snapshots
    on
        relations.account = snapshots.account
        and relations.last_seen_date = snapshots.snapshot_date
