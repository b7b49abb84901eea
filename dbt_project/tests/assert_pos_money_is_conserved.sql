-- What the tills booked, line by line, is what the orders are worth net of returns.
{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}
with staged as (

    select coalesce(sum(amount_cny), 0) as amount_cny
    from {{ ref('stg_pos__sales') }}
    where
        (quantity > 0 and amount_cny > 0)
        or quantity < 0
        or amount_cny < 0

),

counted as (

    select coalesce(sum(net_gmv_cny), 0) as amount_cny
    from {{ ref('fct_orders') }}
    where platform = 'pos'

)

select
    staged.amount_cny as staged_cny,
    counted.amount_cny as counted_cny
from staged
cross join counted
where staged.amount_cny <> counted.amount_cny
