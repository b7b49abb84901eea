-- What brought in the most of a person's first order is the product that they came for.
with first_orders as (

    select
        customer_id,
        first_order_key,
        occasion_date as first_order_date
    from {{ ref('int_orders__occasions') }}
    where occasion_number = 1

),

lines as (

    select
        first_orders.customer_id,
        coalesce(lines.product_code, lines.product_id, lines.product_title) as product,
        coalesce(lines.product_title, lines.product_code, lines.product_id) as product_title,
        row_number() over (
            partition by first_orders.customer_id
            order by lines.amount_cny desc nulls last, lines.line_in_order asc nulls last
        ) as line_by_amount
    from first_orders
    inner join {{ ref('int_order_lines') }} as lines
        on first_orders.first_order_key = lines.order_key
    where coalesce(lines.product_code, lines.product_id, lines.product_title) is not null

)

select
    first_orders.customer_id,
    first_orders.first_order_key,
    first_orders.first_order_date,
    lines.product as first_product,
    lines.product_title as first_product_title
from first_orders
left join lines
    on
        first_orders.customer_id = lines.customer_id
        and lines.line_by_amount = 1
