-- Orders note it when they or their lines change, so these come first.
-- depends_on: {{ ref('int_orders') }}
-- depends_on: {{ ref('int_order_lines') }}
select order_key from {{ ref('stg_increment__touched_orders') }}
