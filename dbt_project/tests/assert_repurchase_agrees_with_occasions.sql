-- The reports, which are made from counts, say what the occasions say one by one.
with occasions as (

    select
        occasions.*,
        coalesce(occasions.next_occasion_date <= as_of.as_of_date, false) as is_repurchased
    from {{ ref('int_orders__occasions') }} as occasions
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on occasions.occasion_date <= as_of.as_of_date

),

buyer_years as (

    select distinct
        customer_id,
        year(occasion_date) as occasion_year
    from occasions

),

counted as (

    select
        count(*) as occasions,
        count(*) filter (where occasion_number = 1) as customers,
        count(*) filter (where occasion_number = 1 and is_repurchased) as converted,
        (select count(*) from buyer_years) as buyers
    from occasions

),

reported as (

    select
        sum(occasions) as occasions,
        sum(new_buyers) as customers,
        sum(buyers) as buyers
    from {{ ref('rpt_repurchase_period') }}
    where calendar_period = 'year'

)

select
    counted.*,
    reported.occasions as reported_occasions,
    reported.customers as reported_customers,
    reported.buyers as reported_buyers,
    ladder.customers as ladder_customers,
    ladder.converted as ladder_converted
from counted
cross join reported
left join {{ ref('rpt_repurchase_ladder') }} as ladder
    on ladder.cohort = 'all' and ladder.segment_type = 'all' and ladder.from_n = 1
where
    counted.occasions > 0
    and (
        ladder.customers is null
        or ladder.customers <> counted.customers
        or ladder.converted <> counted.converted
        or reported.occasions <> counted.occasions
        or reported.customers <> counted.customers
        or reported.buyers <> counted.buyers
    )
