-- Nobody is deposited before being new, answers or converts before the deposit, or repurchases on
-- the day of the conversion; the converting order is the customer's and lies at or after the
-- deposit.
{{ config(meta={'dagster': {'ref': {'name': 'customer_lifecycle'}}}) }}
select
    lifecycle.customer_id,
    lifecycle.lifecycle_platform,
    lifecycle.converted_order_key
from {{ ref('customer_lifecycle') }} as lifecycle
left join {{ ref('fct_orders') }} as orders
    on
        lifecycle.converted_order_key = orders.order_key
        and lifecycle.customer_id = orders.customer_id
        and orders.is_valid
where
    lifecycle.deposited_at < lifecycle.new_at
    or lifecycle.active_at < lifecycle.deposited_at
    or lifecycle.converted_at < lifecycle.deposited_at
    or lifecycle.repurchased_date <= lifecycle.converted_date
    or (lifecycle.deposited_at is null and lifecycle.active_at is not null)
    or (lifecycle.deposited_at is null and lifecycle.converted_at is not null)
    or (lifecycle.converted_at is not null and orders.sale_at is null)
    or (lifecycle.converted_at is not null and orders.sale_at <> lifecycle.converted_at)
