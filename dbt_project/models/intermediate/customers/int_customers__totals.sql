-- Everything, also what lies after the as-of day: a new day touches only who did something on it.
with days as (

    select * from {{ ref('int_customers__days') }}

),

{{ customer_totals() }}
