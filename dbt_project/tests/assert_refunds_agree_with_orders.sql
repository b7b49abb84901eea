-- The refunds of an order add up to its refund, dated or not; no row counts below nothing.
{{ config(meta={'dagster': {'ref': {'name': 'fct_refunds'}}}) }}
with refunds as (

    select
        order_key,
        sum(refunded_cny) as refunded_cny,
        min(refunded_cny) as least_cny
    from {{ ref('fct_refunds') }}
    group by order_key

)

select
    orders.order_key,
    orders.refund_cny,
    refunds.refunded_cny
from {{ ref('fct_orders') }} as orders
left join refunds on orders.order_key = refunds.order_key
where
    orders.refund_cny <> coalesce(refunds.refunded_cny, 0)
    or refunds.least_cny < 0
