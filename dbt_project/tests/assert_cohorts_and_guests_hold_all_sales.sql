-- Every order that counts is in one month of one cohort of first buyers, or with the guests.
-- Cohorts that are older than the last k shown are left out on both sides.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_cohort'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

shown as (

    select max(k) as max_k
    from {{ ref('rpt_cohort') }}
    where cohort_kind = 'first_order' and cohort_period_type = 'month' and clock = 'calendar'

),

cells as (

    select
        cohort.cohort_kind = 'guest_order' as is_guest,
        sum(cohort.orders) as orders
    from {{ ref('rpt_cohort') }} as cohort
    cross join shown
    where
        cohort.cohort_kind in ('first_order', 'guest_order')
        and cohort.cohort_period_type = 'month'
        and cohort.clock = 'calendar'
        and cohort.segment_type = 'all'
        and (
            cohort.cohort_kind = 'guest_order'
            or {{ months_between('cohort.cohort_period', 'cohort.as_of_date') }} <= shown.max_k
        )
    group by cohort.cohort_kind = 'guest_order'

),

sales as (

    select
        orders.customer_id is null as is_guest,
        count(*) as orders
    from {{ ref('fct_orders') }} as orders
    cross join as_of
    cross join shown
    left join {{ ref('int_cohort__customers') }} as customers
        on orders.customer_id = customers.customer_id
    where
        orders.is_valid
        and orders.sale_date <= as_of.as_of_date
        and (
            orders.customer_id is null
            or {{ months_between('customers.first_order_date', 'as_of.as_of_date') }} <= shown.max_k
        )
    group by orders.customer_id is null

)

select
    sales.is_guest,
    sales.orders as sold,
    cells.orders as in_cohorts
from sales
left join cells on sales.is_guest = cells.is_guest
where sales.orders <> coalesce(cells.orders, 0)
