{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id'
    )
}}
-- Fields of an order stand on its first row only: the rate is looked up once per order.
with items as (

    select * from {{ ref('stg_shopify__orders') }}
    where {{ touched_order_ids_only('shopify', 'order_name') }}

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

orders as (

    select
        account,
        order_name,
        max(currency) as currency,
        min(created_at) as ordered_at
    from items
    group by account, order_name

),

rated as (

    select
        items.*,
        rates.cny_per_unit
    from items
    inner join orders
        on items.account = orders.account and items.order_name = orders.order_name
    left join rates
        on
            orders.currency = rates.currency
            and {{ local_date('orders.ordered_at') }} >= rates.valid_from
            and ({{ local_date('orders.ordered_at') }} < rates.valid_to or rates.valid_to is null)

)

select
    'shopify:' || account || ':' || order_name as order_key,
    order_name as order_id,
    cast(null as string) as sub_order_id,
    cast(null as string) as product_id,
    sku_code as product_code,
    account,
    customer_email_key,
    customer_phone_key,
    product_title,
    financial_status,
    fulfillment_status as line_status,
    province,
    city,
    location,
    quantity,
    cny_per_unit,
    cast(unit_price_local * cny_per_unit as decimal(18, 4)) as unit_price_cny,
    cast(
        (unit_price_local * quantity - coalesce(line_discount_local, 0)) * cny_per_unit
        as decimal(18, 4)
    ) as amount_cny,
    cast(0 as decimal(18, 4)) as refund_cny,
    cast(total_local * cny_per_unit as decimal(18, 4)) as order_total_cny,
    cast(refunded_local * cny_per_unit as decimal(18, 4)) as order_refund_cny,
    file_id,
    line_number,
    created_at,
    paid_at,
    cancelled_at
from rated
