-- The customer list names no customer: a relation is known by member, second of adding and, where
-- one member got several customers in a second, a number.
with customer_rows as (

    {{ numbered_deliveries(ref('stg_wecom__customer_rows')) }}

),

newest as (

    select max(delivery_number) as delivery_number
    from customer_rows
    group by account, follow_userid, added_at, relation_number

),

relations as (

    select
        customer_rows.account,
        customer_rows.follow_userid,
        customer_rows.added_at,
        customer_rows.relation_number,
        customer_rows.add_source,
        customer_rows.remark_phones_keys,
        customer_rows.file_id,
        customer_rows.line_number,
        customer_rows.snapshot_date as last_seen_date
    from customer_rows
    inner join newest on customer_rows.delivery_number = newest.delivery_number

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
