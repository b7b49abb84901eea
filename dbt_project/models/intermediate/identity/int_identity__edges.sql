with evidence as (

    select * from {{ ref('int_identity__evidence') }}
    union all
    select * from {{ ref('int_identity__derived_evidence') }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by rule_id, source, identifier_value_a, identifier_value_b
            order by
                first_seen_at asc nulls last,
                file_id asc nulls last,
                line_number asc nulls last
        ) as evidence_number
    from evidence

),

edges as (

    select
        rule_id,
        source,
        identifier_value_a,
        identifier_value_b,
        min(first_seen_at) as first_at,
        max(last_seen_at) as last_at,
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
inner join {{ ref('identity_rules') }} as rules on edges.rule_id = rules.rule_id
