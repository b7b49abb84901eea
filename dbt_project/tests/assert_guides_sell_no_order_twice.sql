-- Every order has one seller at most, and the sellers' months hold all of them.
with held as (

    select
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(net_gmv_cny), 0) as net_gmv_cny
    from {{ ref('rpt_guides') }}

),

sold as (

    select
        count(*) as orders,
        coalesce(sum(orders.net_gmv_cny), 0) as net_gmv_cny
    from {{ ref('int_guides__orders') }} as sellers
    inner join {{ ref('fct_orders') }} as orders
        on sellers.order_key = orders.order_key
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on orders.sale_date <= as_of.as_of_date
    where orders.is_valid

)

select
    held.orders,
    sold.orders as expected_orders,
    held.net_gmv_cny,
    sold.net_gmv_cny as expected_net_gmv_cny
from held
cross join sold
where held.orders <> sold.orders or held.net_gmv_cny <> sold.net_gmv_cny
