-- Nothing here depends on the as-of day. Orders that do not count (refunded in full, returns at the
-- till) are no occasions, but their money stays.
with orders as (

    select * from {{ ref('fct_orders') }}
    where is_identified and sale_date is not null

),

occasions as (

    select
        customer_id,
        occasion_date,
        occasion_number,
        next_occasion_date,
        lag(occasion_date)
            over (partition by customer_id order by occasion_number asc nulls last)
            as previous_occasion_date
    from {{ ref('int_orders__occasions') }}

),

booked as (

    select
        orders.customer_id,
        orders.sale_date,
        orders.sale_date as booked_date,
        case when orders.is_valid then 1 else 0 end as orders,
        case when orders.is_valid then orders.quantity else 0 end as units,
        orders.gmv_cny as revenue_gross_cny,
        cast(0 as decimal(18, 4)) as refund_cny,
        case when orders.is_valid then costs.cost_cny else 0 end as cost_cny,
        case when orders.is_valid and costs.order_key is null then 1 else 0 end
            as orders_without_cost
    from orders
    left join {{ ref('int_cohort__order_costs') }} as costs on orders.order_key = costs.order_key
    union all
    select
        customer_id,
        sale_date,
        refund_date as booked_date,
        0 as orders,
        0 as units,
        cast(0 as decimal(18, 4)) as revenue_gross_cny,
        refund_cny,
        0 as cost_cny,
        0 as orders_without_cost
    from {{ ref('int_cohort__refunds') }}
    where customer_id is not null

),

days as (

    select
        customer_id,
        sale_date,
        booked_date,
        cast(sum(orders) as integer) as orders,
        cast(coalesce(sum(units), 0) as decimal(18, 4)) as units,
        cast(sum(revenue_gross_cny) as decimal(18, 4)) as revenue_gross_cny,
        cast(sum(refund_cny) as decimal(18, 4)) as refund_cny,
        cast(coalesce(sum(cost_cny), 0) as decimal(18, 4)) as cost_cny,
        cast(sum(orders_without_cost) as integer) as orders_without_cost
    from booked
    group by customer_id, sale_date, booked_date

)

select
    days.customer_id,
    days.sale_date,
    days.booked_date,
    occasions.occasion_number,
    occasions.previous_occasion_date,
    occasions.next_occasion_date,
    days.orders,
    days.units,
    days.revenue_gross_cny,
    days.refund_cny,
    days.cost_cny,
    days.orders_without_cost
from days
left join occasions
    on
        days.customer_id = occasions.customer_id
        and days.sale_date = occasions.occasion_date
        and days.sale_date = days.booked_date
