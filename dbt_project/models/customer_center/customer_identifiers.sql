{{
    config(
        materialized='incremental',
        incremental_strategy='by_difference',
        unique_key=['identifier_id', 'held_from'],
        meta={
            'distinct_texts': ['identifier_value'],
            'touches': {'touched_customers': 'customer_id'}
        }
    )
}}
with identifiers as (

    select * from {{ ref('stg_identity__identifiers') }}

),

identity_map as (

    select * from {{ ref('stg_identity__map') }}

),

-- Few identifiers change hands: only of these does it matter in which period a link lies.
later_periods as (

    select
        identifier_id,
        valid_from,
        valid_to
    from identity_map
    where valid_from > {{ begin_of_time() }}

),

ends as (

    select
        identifier_id_a as identifier_id,
        is_used,
        unused_reason,
        evidence_count,
        coalesce(first_at, {{ end_of_time() }}) as linked_at,
        last_at
    from {{ ref('int_customers__links') }}
    union all
    select
        identifier_id_b as identifier_id,
        is_used,
        unused_reason,
        evidence_count,
        coalesce(first_at, {{ end_of_time() }}) as linked_at,
        last_at
    from {{ ref('int_customers__links') }}

),

evidence as (

    select
        ends.identifier_id,
        coalesce(later_periods.valid_from, {{ begin_of_time() }}) as held_from,
        count(*) filter (where ends.is_used) as links,
        count(*) filter (
            where ends.unused_reason in ('limit', 'cannot_link', 'contested')
        ) as refused_links,
        sum(ends.evidence_count) filter (where ends.is_used) as evidence_count,
        max(ends.last_at) filter (where ends.is_used) as last_linked_at
    from ends
    left join later_periods
        on
            ends.identifier_id = later_periods.identifier_id
            and ends.linked_at >= later_periods.valid_from
            and ends.linked_at < later_periods.valid_to
    group by ends.identifier_id, coalesce(later_periods.valid_from, {{ begin_of_time() }})

),

blocked as (

    select
        identifier_id,
        min(reason) as reason
    from {{ ref('stg_identity__blocked') }}
    group by identifier_id

),

guarded as (

    select distinct identifier_id from {{ ref('stg_identity__guarded') }}

),

ambiguous as (

    select identifier_id from {{ ref('stg_identity__ambiguous') }}

),

seen_earlier as (

    select * from {{ ref('stg_identity__seen_earlier') }}

),

held as (

    select
        identifiers.identifier_id,
        identifiers.identifier_type,
        identifiers.identifier_value,
        identity_map.customer_id,
        coalesce(identity_map.valid_from, {{ begin_of_time() }}) as held_from,
        coalesce(identity_map.valid_to, timestamp '9999-12-31 00:00:00') as held_to,
        coalesce(seen_earlier.first_seen_at, identifiers.first_seen_at) as first_seen_at
    from identifiers
    left join identity_map on identifiers.identifier_id = identity_map.identifier_id
    left join seen_earlier on identifiers.identifier_id = seen_earlier.identifier_id

)

select
    held.identifier_id,
    held.customer_id,
    held.identifier_type,
    held.identifier_value,
    blocked.reason as blocked_reason,
    cast(coalesce(evidence.links, 0) as bigint) as links,
    cast(coalesce(evidence.refused_links, 0) as bigint) as refused_links,
    cast(coalesce(evidence.evidence_count, 0) as bigint) as evidence_count,
    held.customer_id is not null as is_identified,
    blocked.identifier_id is not null as is_blocked,
    guarded.identifier_id is not null as is_guarded,
    ambiguous.identifier_id is not null as is_ambiguous,
    held.held_from,
    held.held_to,
    case
        when held.first_seen_at < held.held_from then held.held_from
        else held.first_seen_at
    end as first_seen_at,
    evidence.last_linked_at
from held
left join evidence
    on
        held.identifier_id = evidence.identifier_id
        and held.held_from = evidence.held_from
left join blocked on held.identifier_id = blocked.identifier_id
left join guarded on held.identifier_id = guarded.identifier_id
left join ambiguous on held.identifier_id = ambiguous.identifier_id
