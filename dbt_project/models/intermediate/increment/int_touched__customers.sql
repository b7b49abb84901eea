-- Who has news in any fact, old or new, and whose identifiers changed. Facts note it when they
-- change, so every fact comes first.
-- depends_on: {{ ref('int_orders') }}
-- depends_on: {{ ref('int_touchpoints') }}
-- depends_on: {{ ref('fct_memberships') }}
-- depends_on: {{ ref('customer_consents') }}
-- depends_on: {{ ref('customer_identifiers') }}
select customer_id from {{ ref('stg_increment__touched_customers') }}
