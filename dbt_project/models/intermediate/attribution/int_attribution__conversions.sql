-- A conversion is a paid order. One that was refunded in full later keeps its gross credit and
-- has no net conversion.
with orders as (

    select * from {{ ref('int_orders') }}

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

counted as (

    select
        orders.order_key as conversion_id,
        orders.customer_id,
        orders.sale_at as converted_at,
        orders.sale_date as converted_date,
        orders.gmv_cny,
        orders.refund_cny,
        orders.is_identified,
        orders.is_valid,
        sum(case when orders.is_valid then 1 else 0 end) over (
            partition by orders.customer_id
            order by orders.sale_at asc nulls last, orders.order_key asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as valid_orders_before
    from orders
    cross join as_of
    where
        orders.is_paid
        and orders.gmv_cny > 0
        and orders.sale_date <= as_of.as_of_date

)

select
    conversion_id,
    -- windows are quicker over whole numbers than over texts
    row_number() over (order by converted_at asc nulls last, conversion_id asc nulls last)
        as conversion_number,
    customer_id,
    case
        when not is_identified then 'guest_order'
        when coalesce(valid_orders_before, 0) = 0 then 'first_order'
        else 'repeat_order'
    end as conversion_type,
    converted_at,
    converted_date,
    gmv_cny as revenue_gross_cny,
    refund_cny,
    is_valid
from counted
