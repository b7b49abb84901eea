{{ config(materialized='view') }}
-- The order export joins the titles of all products and says nothing else of each: only an order
-- of one product tells the amount of its line.
with orders as (

    select * from {{ ref('stg_youzan__orders') }}

),

numbered as (

    select
        orders.*,
        numbers.number as part
    from orders
    inner join {{ ref('int_calendar__numbers') }} as numbers
        on numbers.number between 1 and orders.joined_products

)

select
    'youzan:' || account || ':' || order_id_youzan as order_key,
    order_id_youzan as order_id,
    cast(part as string) as sub_order_id,
    cast(null as string) as product_id,
    cast(null as string) as product_code,
    case
        when joined_products > 1 then trim(split_part(product_titles, ';', cast(part as integer)))
        else product_titles
    end as product_title,
    order_status as line_status,
    cast(null as bigint) as quantity,
    cast(null as decimal(18, 4)) as unit_price_cny,
    case when coalesce(products, 1) = 1 then goods_total_cny end as amount_cny,
    case when coalesce(products, 1) = 1 then coalesce(refund_cny, 0) end as refund_cny,
    file_id,
    line_number
from numbered
