-- A loss may only be read from a complete snapshot. A filtered or partial file shows by what it
-- lacks: it holds few of the relations of the snapshot before it.
with files as (

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
        ) as snapshot_number
    from files

),

-- A relation's snapshots are bits of whole numbers, 60 in each. The last bit of a number is there
-- again as the first of the next, so that the snapshot before is always the bit beside. Relations
-- are grouped once, a join of what two snapshots hold costs twice as much.
places as (

    select
        *,
        cast(floor(snapshot_number / 60) as bigint) as block,
        cast(power(2, snapshot_number % 60 + 1) as bigint) as bit,
        cast(power(2, snapshot_number % 60) as bigint) as bit_before
    from snapshots

),

bits as (

    select
        export,
        account,
        snapshot_date,
        block,
        bit
    from places
    union all
    select
        export,
        account,
        snapshot_date,
        block + 1 as block,
        1 as bit
    from places
    where snapshot_number % 60 = 59

),

contacts as (

    select
        rows_of_files.account,
        bits.block,
        bit_or(bits.bit) as bits
    from {{ ref('stg_wecom__contact_rows') }} as rows_of_files
    inner join bits
        on
            rows_of_files.account = bits.account
            and rows_of_files.snapshot_date = bits.snapshot_date
    where bits.export = 'contacts'
    group by
        rows_of_files.account,
        rows_of_files.external_userid,
        rows_of_files.follow_userid,
        rows_of_files.added_at,
        bits.block

),

list_lines as (

    select
        rows_of_files.account,
        bits.block,
        bit_or(bits.bit) as bits
    from {{ ref('stg_wecom__customer_rows') }} as rows_of_files
    inner join bits
        on
            rows_of_files.account = bits.account
            and rows_of_files.snapshot_date = bits.snapshot_date
    where bits.export = 'customers'
    group by
        rows_of_files.account,
        rows_of_files.follow_userid,
        rows_of_files.added_at,
        rows_of_files.relation_number,
        bits.block

),

presences as (

    select
        'contacts' as export,
        account,
        block,
        bits,
        count(*) as relations
    from contacts
    group by account, block, bits
    union all
    select
        'customers' as export,
        account,
        block,
        bits,
        count(*) as relations
    from list_lines
    group by account, block, bits

),

counted as (

    select
        places.export,
        places.account,
        places.snapshot_date,
        max(places.snapshot_number) as snapshot_number,
        max(places.exported_at) as exported_at,
        sum(presences.relations) as relations,
        sum(
            case when presences.bits & places.bit_before <> 0 then presences.relations else 0 end
        ) as kept_relations
    from places
    inner join presences
        on
            places.export = presences.export
            and places.account = presences.account
            and places.block = presences.block
            and presences.bits & places.bit <> 0
    group by places.export, places.account, places.snapshot_date

),

compared as (

    select
        export,
        account,
        snapshot_date,
        snapshot_number,
        exported_at,
        cast(relations as bigint) as relations,
        cast(kept_relations as bigint) as kept_relations,
        lag(cast(relations as bigint)) over (
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
