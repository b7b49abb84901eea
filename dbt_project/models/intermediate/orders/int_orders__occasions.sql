-- Valid orders of one person on one local day are one occasion: same-day orders count once.
with orders as (

    select
        *,
        row_number() over (
            partition by customer_id, sale_date
            order by sale_at asc nulls last, order_key asc nulls last
        ) as order_in_day
    from {{ ref('int_orders') }}
    where is_valid and is_identified

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

days as (

    select
        orders.customer_id,
        orders.sale_date as occasion_date,
        min(orders.sale_at) as occasion_at,
        max(orders.order_key) filter (where orders.order_in_day = 1) as first_order_key,
        count(*) as orders,
        cast(sum(orders.quantity) as decimal(18, 4)) as units,
        cast(sum(orders.net_gmv_cny) as decimal(18, 4)) as revenue_net_cny
    from orders
    cross join as_of
    where orders.sale_date <= as_of.as_of_date
    group by orders.customer_id, orders.sale_date

),

numbered as (

    select
        *,
        row_number()
            over (partition by customer_id order by occasion_date asc nulls last)
            as occasion_number,
        lead(occasion_date) over (partition by customer_id order by occasion_date asc nulls last)
            as next_occasion_date
    from days

)

select
    numbered.customer_id,
    numbered.occasion_number,
    numbered.occasion_date,
    numbered.occasion_at,
    numbered.first_order_key,
    numbered.orders,
    numbered.units,
    numbered.revenue_net_cny,
    numbered.next_occasion_date,
    {{ days_between('numbered.occasion_date', 'numbered.next_occasion_date') }} as gap_days,
    {{ days_between('numbered.occasion_date', 'as_of.as_of_date') }} as days_observed,
    numbered.next_occasion_date is null as is_censored
from numbered
cross join as_of
