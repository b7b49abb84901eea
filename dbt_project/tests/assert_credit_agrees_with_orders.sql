-- Each model hands out every order that counts, and every yuan that was paid.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_attribution_credit'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

credit as (

    select
        model,
        sum(conversions) as conversions,
        sum(revenue_gross_cny) as revenue_gross_cny
    from {{ ref('rpt_attribution_credit') }}
    where conversion_type <> 'lead'
    group by model

),

orders as (

    select
        count(*) filter (where orders.is_valid) as valid_orders,
        sum(orders.gmv_cny) as gmv_cny
    from {{ ref('fct_orders') }} as orders
    cross join as_of
    where orders.sale_date <= as_of.as_of_date

)

select
    credit.model,
    credit.conversions,
    orders.valid_orders
from credit
cross join orders
where
    abs(credit.conversions - orders.valid_orders) > 0.000001
    or credit.revenue_gross_cny <> orders.gmv_cny
