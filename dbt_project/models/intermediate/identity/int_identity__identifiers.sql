with sightings as (

    select
        identifier_type,
        identifier_value,
        source,
        seen_at
    from {{ ref('int_identity__sightings') }}
    union all
    select
        identifier_type,
        identifier_value,
        source,
        seen_at
    from {{ ref('int_identity__derived_sightings') }}

)

select
    identifier_type,
    identifier_value,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    count(distinct source) as source_count
from sightings
group by identifier_type, identifier_value
