with identifiers as (

    select * from {{ ref('stg_identity__identifiers') }}

),

identity_map as (

    select * from {{ ref('stg_identity__map') }}

),

blocked as (

    select
        identifier_id,
        min(reason) as reason
    from {{ ref('stg_identity__blocked') }}
    group by identifier_id

),

used_edges as (

    select
        identifier_id_a as identifier_id,
        evidence_count,
        last_at
    from {{ ref('stg_identity__edges') }}
    where is_used
    union all
    select
        identifier_id_b as identifier_id,
        evidence_count,
        last_at
    from {{ ref('stg_identity__edges') }}
    where is_used

),

evidence as (

    select
        identifier_id,
        count(*) as links,
        sum(evidence_count) as evidence_count,
        max(last_at) as last_linked_at
    from used_edges
    group by identifier_id

)

select
    identifiers.identifier_id,
    identity_map.customer_id,
    identifiers.identifier_type,
    identifiers.identifier_value,
    blocked.reason as blocked_reason,
    cast(coalesce(evidence.links, 0) as bigint) as links,
    cast(coalesce(evidence.evidence_count, 0) as bigint) as evidence_count,
    identity_map.customer_id is not null as is_identified,
    blocked.identifier_id is not null as is_blocked,
    identifiers.first_seen_at,
    evidence.last_linked_at
from identifiers
left join identity_map on identifiers.identifier_id = identity_map.identifier_id
left join blocked on identifiers.identifier_id = blocked.identifier_id
left join evidence on identifiers.identifier_id = evidence.identifier_id
