-- The reports, which are made from counts, say what the occasions say one by one.
with first_steps as (

    select
        count(*) as customers,
        sum(case when is_censored then 0 else 1 end) as repurchases
    from {{ ref('fct_order_sequence') }}
    where occasion_number = 1

),

periods as (

    select
        sum(buyers) as buyers,
        sum(occasions) as occasions,
        sum(new_buyers) as new_buyers
    from {{ ref('rpt_repurchase_period') }}
    where calendar_period = 'year'

),

buyer_years as (

    select distinct
        customer_id,
        year(occasion_date) as occasion_year
    from {{ ref('fct_order_sequence') }}

),

expected as (

    select
        (select count(*) from buyer_years) as buyers,
        (select count(*) from {{ ref('fct_order_sequence') }}) as occasions

)

select
    ladder.customers,
    first_steps.customers as expected_customers,
    ladder.converted,
    first_steps.repurchases as expected_converted,
    periods.buyers,
    expected.buyers as expected_buyers
from first_steps
cross join periods
cross join expected
left join {{ ref('rpt_repurchase_ladder') }} as ladder
    on ladder.cohort = 'all' and ladder.segment_type = 'all' and ladder.from_n = 1
where
    first_steps.customers > 0
    and (
        ladder.customers is null
        or ladder.customers <> first_steps.customers
        or ladder.converted <> first_steps.repurchases
        or periods.new_buyers <> first_steps.customers
        or periods.buyers <> expected.buyers
        or periods.occasions <> expected.occasions
    )
