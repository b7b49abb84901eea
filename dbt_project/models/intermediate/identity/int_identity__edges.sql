-- The evidence that two identifiers are one person, rule by rule. Rules that are switched off are
-- stated too: the identity step decides what it uses, and says so edge by edge.
with tmall_orders as (

    select * from {{ ref('stg_tmall__orders') }}

),

wecom_contacts as (

    select * from {{ ref('stg_wecom__contacts') }}

),

followers as (

    select * from {{ ref('stg_official_account__followers') }}

),

members as (

    select * from {{ ref('stg_crm__members') }}

),

private_pairs as (

    select * from {{ ref('int_identity__private_pairs') }}

),

order_pairs as (

    select * from {{ ref('int_identity__order_pairs') }}

),

staff_typed_phones as (

    select * from {{ ref('int_identity__staff_typed_phones') }}

),

rules as (

    select * from {{ ref('identity_rules') }}

),

pairs as (

    select
        1 as rule_id,
        unionid as identifier_value_a,
        account || ':' || external_userid as identifier_value_b,
        'wecom_contacts' as source,
        added_at as seen_at,
        file_id,
        line_number
    from wecom_contacts
    union all
    select
        2 as rule_id,
        unionid as identifier_value_a,
        account || ':' || openid as identifier_value_b,
        'official_account_followers' as source,
        coalesce(subscribed_at, exported_at) as seen_at,
        file_id,
        line_number
    from followers
    union all
    select
        3 as rule_id,
        member_id_crm as identifier_value_a,
        member_phone_key as identifier_value_b,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at,
        file_id,
        line_number
    from members
    union all
    select
        4 as rule_id,
        member_id_crm as identifier_value_a,
        unionid as identifier_value_b,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at,
        file_id,
        line_number
    from members
    union all
    select
        5 as rule_id,
        member_id_crm as identifier_value_a,
        tmall_nick_key as identifier_value_b,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at,
        file_id,
        line_number
    from members
    union all
    select
        6 as rule_id,
        least(member_id_crm, merged_into_member_id_crm) as identifier_value_a,
        greatest(member_id_crm, merged_into_member_id_crm) as identifier_value_b,
        'crm_members' as source,
        coalesce(joined_at, exported_at) as seen_at,
        file_id,
        line_number
    from members
    where merged_into_member_id_crm <> member_id_crm
    union all
    select
        7 as rule_id,
        buyer_nick_key as identifier_value_a,
        buyer_alipay_key as identifier_value_b,
        'tmall_orders' as source,
        created_at as seen_at,
        file_id,
        line_number
    from tmall_orders
    union all
    select
        8 as rule_id,
        buyer_nick_key as identifier_value_a,
        receiver_phone_key as identifier_value_b,
        'tmall_orders' as source,
        created_at as seen_at,
        file_id,
        line_number
    from tmall_orders
    union all
    select
        case when identifier_type = 'wecom_external_userid' then 9 else 35 end as rule_id,
        identifier_value as identifier_value_a,
        phone_key as identifier_value_b,
        source,
        added_at as seen_at,
        file_id,
        line_number
    from staff_typed_phones
    union all
    select
        rule_id,
        identifier_value_a,
        identifier_value_b,
        source,
        seen_at,
        file_id,
        line_number
    from private_pairs
    union all
    select
        rule_id,
        identifier_value_a,
        identifier_value_b,
        source,
        seen_at,
        file_id,
        line_number
    from order_pairs

),

numbered as (

    select
        *,
        row_number() over (
            partition by rule_id, source, identifier_value_a, identifier_value_b
            order by seen_at asc nulls last, file_id asc nulls last, line_number asc nulls last
        ) as evidence_number
    from pairs
    where
        identifier_value_a is not null
        and identifier_value_a <> ''
        and identifier_value_b is not null
        and identifier_value_b <> ''

),

edges as (

    select
        rule_id,
        source,
        identifier_value_a,
        identifier_value_b,
        min(seen_at) as first_at,
        max(seen_at) as last_at,
        count(*) as evidence_count,
        max(file_id) filter (where evidence_number = 1) as file_id,
        max(line_number) filter (where evidence_number = 1) as line_number
    from numbered
    group by rule_id, source, identifier_value_a, identifier_value_b

)

select
    rules.identifier_type_a,
    edges.identifier_value_a,
    rules.identifier_type_b,
    edges.identifier_value_b,
    edges.rule_id,
    edges.source,
    edges.first_at,
    edges.last_at,
    edges.evidence_count,
    edges.file_id,
    edges.line_number
from edges
inner join rules on edges.rule_id = rules.rule_id
