{{
    config(
        materialized='incremental',
        incremental_strategy='touched_orders',
        meta={'distinct_texts': ['order_key']}
    )
}}
-- Lines of one order and product are one row. What came for nothing or went back whole was not
-- bought.
with lines as (

    select
        lines.order_key,
        coalesce(
            lines.product_code, lines.product_id, lines.product_title, {{ channel_none() }}
        ) as product,
        lines.product_code,
        lines.product_title,
        lines.quantity,
        lines.amount_cny,
        lines.refund_cny,
        orders.customer_id,
        orders.sale_date
    from {{ ref('int_order_lines') }} as lines
    inner join {{ ref('int_orders') }} as orders on lines.order_key = orders.order_key
    where
        orders.is_valid
        and lines.amount_cny > lines.refund_cny
        and {{ touched_orders_only('lines.order_key') }}

),

bought as (

    select
        order_key,
        product,
        max(product_code) as product_code,
        max(product_title) as product_title,
        max(customer_id) as customer_id,
        max(sale_date) as sale_date,
        cast(sum(quantity) as decimal(18, 4)) as units,
        cast(sum(amount_cny) as decimal(18, 4)) as gmv_cny,
        cast(sum(refund_cny) as decimal(18, 4)) as refund_cny
    from lines
    group by order_key, product

)

select
    *,
    count(*) over (partition by order_key) as products_in_order
from bought
