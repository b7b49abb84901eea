-- A loss may only be read from a complete snapshot. A filtered or partial file shows by what it
-- lacks: it holds few of the relations of the snapshot before it.
with presences as (

    select distinct
        'contacts' as export,
        account,
        snapshot_date,
        external_userid,
        follow_userid,
        added_at,
        cast(null as bigint) as relation_number
    from {{ ref('stg_wecom__contact_rows') }}
    union all
    select distinct
        'customers' as export,
        account,
        snapshot_date,
        cast(null as string) as external_userid,
        follow_userid,
        added_at,
        relation_number
    from {{ ref('stg_wecom__customer_rows') }}

),

files as (

    select
        'contacts' as export,
        account,
        snapshot_date,
        max(exported_at) as exported_at
    from {{ ref('stg_wecom__contact_rows') }}
    group by account, snapshot_date
    union all
    select
        'customers' as export,
        account,
        snapshot_date,
        max(exported_at) as exported_at
    from {{ ref('stg_wecom__customer_rows') }}
    group by account, snapshot_date

),

snapshots as (

    select
        *,
        row_number() over (
            partition by export, account order by snapshot_date asc nulls last
        ) as snapshot_number,
        lead(snapshot_date) over (
            partition by export, account order by snapshot_date asc nulls last
        ) as next_snapshot_date
    from files

),

-- Relations under the day of the snapshot that comes next, where they are found again if they are
-- kept. A join of what a snapshot holds costs half of a window over all snapshots.
seen_before as (

    select
        presences.export,
        presences.account,
        presences.external_userid,
        presences.follow_userid,
        presences.added_at,
        presences.relation_number,
        snapshots.next_snapshot_date as snapshot_date
    from presences
    inner join snapshots
        on
            presences.export = snapshots.export
            and presences.account = snapshots.account
            and presences.snapshot_date = snapshots.snapshot_date
    where snapshots.next_snapshot_date is not null

),

kept as (

    select
        presences.export,
        presences.account,
        presences.snapshot_date,
        count(*) as kept_relations
    from presences
    inner join seen_before
        on
            presences.export = seen_before.export
            and presences.account = seen_before.account
            and presences.snapshot_date = seen_before.snapshot_date
            and presences.follow_userid = seen_before.follow_userid
            and presences.added_at = seen_before.added_at
            and presences.external_userid is not distinct from seen_before.external_userid
            and presences.relation_number is not distinct from seen_before.relation_number
    group by presences.export, presences.account, presences.snapshot_date

),

counted as (

    select
        export,
        account,
        snapshot_date,
        count(*) as relations
    from presences
    group by export, account, snapshot_date

),

compared as (

    select
        snapshots.*,
        counted.relations,
        coalesce(kept.kept_relations, 0) as kept_relations,
        lag(counted.relations) over (
            partition by snapshots.export, snapshots.account
            order by snapshots.snapshot_number asc nulls last
        ) as previous_relations
    from snapshots
    inner join counted
        on
            snapshots.export = counted.export
            and snapshots.account = counted.account
            and snapshots.snapshot_date = counted.snapshot_date
    left join kept
        on
            snapshots.export = kept.export
            and snapshots.account = kept.account
            and snapshots.snapshot_date = kept.snapshot_date

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
