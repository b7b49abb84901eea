-- Who has news in any fact, old or new, also in a line of an order, and whose identifiers changed.
-- Facts note it when they change, so every fact comes first.
-- depends_on: {{ ref('int_touchpoints') }}
-- depends_on: {{ ref('fct_memberships') }}
-- depends_on: {{ ref('fct_leads') }}
-- depends_on: {{ ref('customer_consents') }}
-- depends_on: {{ ref('customer_identifiers') }}
select customer_id from {{ ref('stg_increment__touched_customers') }}
union
select orders.customer_id
from {{ ref('int_orders') }} as orders
inner join {{ ref('int_touched__orders') }} as touched on orders.order_key = touched.order_key
where orders.customer_id is not null
