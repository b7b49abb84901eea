-- A loss may only be read from a complete snapshot. A filtered or partial file shows by what it
-- lacks: it holds few of the relations of the snapshot before it.
with contact_presences as (

    select
        'contacts' as export,
        account,
        external_userid || ':' || follow_userid || ':' || cast(added_at as string) as relation_key,
        snapshot_date,
        max(exported_at) as exported_at
    from {{ ref('stg_wecom__contact_rows') }}
    group by account, external_userid, follow_userid, added_at, snapshot_date

),

customer_presences as (

    select
        'customers' as export,
        account,
        follow_userid || ':' || cast(added_at as string) || ':' || cast(relation_number as string)
            as relation_key,
        snapshot_date,
        max(exported_at) as exported_at
    from {{ ref('stg_wecom__customer_rows') }}
    group by account, follow_userid, added_at, relation_number, snapshot_date

),

presences as (

    select * from contact_presences
    union all
    select * from customer_presences

),

numbered as (

    select
        *,
        dense_rank() over (
            partition by export, account order by snapshot_date asc nulls last
        ) as snapshot_number
    from presences

),

followed as (

    select
        *,
        lag(snapshot_number) over (
            partition by export, account, relation_key order by snapshot_number asc nulls last
        ) as seen_before_number
    from numbered

),

counted as (

    select
        export,
        account,
        snapshot_number,
        snapshot_date,
        max(exported_at) as exported_at,
        count(*) as relations,
        sum(case when seen_before_number = snapshot_number - 1 then 1 else 0 end) as kept_relations
    from followed
    group by export, account, snapshot_number, snapshot_date

),

compared as (

    select
        *,
        lag(relations) over (
            partition by export, account order by snapshot_number asc nulls last
        ) as previous_relations
    from counted

),

judged as (

    select
        *,
        coalesce(
            kept_relations >= {{ var('wecom_snapshot_min_kept_share') }} * previous_relations, true
        ) as is_complete
    from compared

)

select
    export,
    account,
    snapshot_date,
    relations,
    kept_relations,
    previous_relations,
    is_complete,
    exported_at,
    min(case when is_complete then exported_at end) over (
        partition by export, account
        order by snapshot_number asc nulls last
        rows between 1 following and unbounded following
    ) as next_complete_at
from judged
