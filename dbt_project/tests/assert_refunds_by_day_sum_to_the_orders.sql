-- Every refund has one day or several, none is lost, none lies before the sale.
with booked as (

    select
        order_key,
        sum(refund_cny) as refund_cny,
        min(refund_date) as first_refund_date
    from {{ ref('int_cohort__refunds') }}
    group by order_key

)

select
    orders.order_key,
    orders.refund_cny,
    booked.refund_cny as booked_cny
from {{ ref('fct_orders') }} as orders
left join booked on orders.order_key = booked.order_key
where
    orders.sale_date is not null
    and (
        orders.refund_cny <> coalesce(booked.refund_cny, 0)
        or booked.first_refund_date < orders.sale_date
    )
