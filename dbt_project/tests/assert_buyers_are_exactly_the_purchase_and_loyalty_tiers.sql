-- P and L hold who has an order that counts; L holds who has them on two or more local days.
{{ config(meta={'dagster': {'ref': {'name': 'dim_customers'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

buyers as (

    select
        orders.customer_id,
        count(distinct orders.sale_date) as purchase_days
    from {{ ref('fct_orders') }} as orders
    cross join as_of
    where orders.is_valid and orders.is_identified and orders.sale_date <= as_of.as_of_date
    group by orders.customer_id

)

select
    customers.customer_id,
    customers.lifetime_tier,
    buyers.purchase_days
from {{ ref('dim_customers') }} as customers
left join buyers on customers.customer_id = buyers.customer_id
where
    coalesce(customers.lifetime_tier, '') <> case
        when coalesce(buyers.purchase_days, 0) >= 2 then 'L'
        when buyers.purchase_days = 1 then 'P'
        when customers.lifetime_tier in ('A', 'I') then customers.lifetime_tier
        else ''
    end
