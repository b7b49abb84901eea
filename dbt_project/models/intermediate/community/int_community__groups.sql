-- Of several rules that fit a group, the one with the lowest number says its kind.
with groups as (

    select
        account,
        chat_id,
        group_name,
        group_type
    from {{ ref('stg_wecom__groups') }}

),

first_files as (

    select
        account,
        chat_id,
        min(snapshot_date) as first_snapshot_date
    from {{ ref('stg_wecom__group_member_rows') }}
    group by account, chat_id

),

known as (

    select
        first_files.account,
        first_files.chat_id,
        first_files.first_snapshot_date,
        groups.group_name,
        groups.group_type
    from first_files
    left join groups
        on first_files.account = groups.account and first_files.chat_id = groups.chat_id

),

ranked as (

    select
        known.*,
        rules.group_kind,
        rules.reason,
        row_number() over (
            partition by known.account, known.chat_id order by rules.rule_number asc nulls last
        ) as fit_number
    from known
    left join {{ ref('community_group_kinds') }} as rules
        on
            case
                when rules.group_column = 'group_type' then known.group_type
                else known.group_name
            end like '%' || rules.contains || '%'

)

select
    account,
    chat_id,
    group_name,
    coalesce(group_kind, '(other)') as group_kind,
    coalesce(reason, 'No rule of seeds/community_group_kinds.csv fits its type or name')
        as kind_reason,
    first_snapshot_date
from ranked
where fit_number = 1
