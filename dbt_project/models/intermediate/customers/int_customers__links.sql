with edges as (

    select * from {{ ref('stg_identity__edges') }}

),

unused_edges as (

    select * from {{ ref('stg_identity__unused_edges') }}

)

select
    edges.identifier_id_a,
    edges.identifier_id_b,
    edges.rule_id,
    edges.file_id,
    edges.line_number,
    edges.source,
    unused_edges.reason as unused_reason,
    unused_edges.detail as unused_detail,
    edges.evidence_count,
    unused_edges.identifier_id_a is null as is_used,
    edges.first_at,
    edges.last_at
from edges
left join unused_edges
    on
        edges.identifier_id_a = unused_edges.identifier_id_a
        and edges.identifier_id_b = unused_edges.identifier_id_b
        and edges.rule_id = unused_edges.rule_id
        and edges.source = unused_edges.source
