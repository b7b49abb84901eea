-- P holds who has orders that count on one local day. L holds who has them on two or more, and who
-- shared or brought somebody.
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

),

loyal as (

    select distinct touchpoints.customer_id
    from {{ ref('fct_touchpoints') }} as touchpoints
    cross join as_of
    where
        touchpoints.tier = 'L'
        and touchpoints.is_identified
        and touchpoints.touched_date <= as_of.as_of_date

)

select
    customers.customer_id,
    customers.lifetime_tier,
    buyers.purchase_days,
    loyal.customer_id is not null as is_loyal_by_touch
from {{ ref('dim_customers') }} as customers
left join buyers on customers.customer_id = buyers.customer_id
left join loyal on customers.customer_id = loyal.customer_id
where
    coalesce(customers.lifetime_tier, '') <> case
        when loyal.customer_id is not null or coalesce(buyers.purchase_days, 0) >= 2 then 'L'
        when buyers.purchase_days = 1 then 'P'
        when customers.lifetime_tier in ('A', 'I') then customers.lifetime_tier
        else ''
    end
