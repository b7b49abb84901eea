select
    identity_map.customer_id,
    node_days.identifier_id,
    node_days.activity_date,
    node_days.behaviour,
    node_days.channel,
    node_days.events,
    node_days.units,
    node_days.gmv_cny,
    node_days.refund_cny,
    node_days.first_at,
    node_days.first_event_id,
    node_days.last_at,
    node_days.last_event_id
from {{ ref('int_customers__node_days') }} as node_days
inner join {{ ref('stg_identity__map') }} as identity_map
    on
        node_days.identifier_id = identity_map.identifier_id
        and node_days.held_from = identity_map.valid_from
