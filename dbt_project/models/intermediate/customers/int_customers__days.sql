select
    identity_map.customer_id,
    node_days.*
from {{ ref('int_customers__node_days') }} as node_days
inner join {{ ref('stg_identity__map') }} as identity_map
    on
        node_days.identifier_id = identity_map.identifier_id
        and node_days.held_from = identity_map.valid_from
