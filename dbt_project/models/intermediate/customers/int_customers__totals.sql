{{ config(materialized='incremental', incremental_strategy='touched_customers') }}
-- Everything, also what lies after the as-of day: a new day touches only who did something on it.
with days as (

    select * from {{ ref('int_customers__days') }}
    where {{ touched_customers_only('customer_id') }}

),

{{ customer_totals() }}
