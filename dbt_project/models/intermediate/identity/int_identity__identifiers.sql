with sightings as (

    select * from {{ ref('int_identity__sightings') }}

)

select
    identifier_type,
    identifier_value,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    count(distinct source) as source_count
from sightings
group by identifier_type, identifier_value
