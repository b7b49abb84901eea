-- In every way to cut them, the cohorts together are the customers with an order that counts.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_cohort'}}}) }}
with cohorts as (

    select
        segment_type,
        sum(cohort_size) as customers
    from {{ ref('rpt_cohort') }}
    where k = 0
    group by segment_type

),

buyers as (

    select count(*) as customers
    from {{ ref('int_orders__occasions') }}
    where occasion_number = 1

)

select
    cohorts.segment_type,
    cohorts.customers as cohort_customers,
    buyers.customers as first_buyers
from cohorts
cross join buyers
where cohorts.customers <> buyers.customers
