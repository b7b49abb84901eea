{{ config(materialized='view') }}
-- When the next order is due: the mean of the customer's own gaps and of some typical ones (setting
-- next_order_typical_gaps) of people with as many purchases. The more the customer has bought, the
-- less the others count. Bound late: the typical gap moves with every day.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

typical as (

    select
        cells.from_n,
        min(curve.duration_days) as typical_gap_days
    from {{ ref('int_repurchase__curve') }} as curve
    inner join {{ ref('int_repurchase__cells') }} as cells on curve.cell_id = cells.cell_id
    where
        cells.cohort = 'all'
        and cells.segment_type = 'all'
        and {{ half_has_come_back('curve.survival_rate') }}
    group by cells.from_n

),

customers as (

    select
        occasions.customer_id,
        max(occasions.occasion_number) as occasions,
        max(occasions.occasion_date) as last_occasion_date,
        min(occasions.first_occasion_date) as first_occasion_date
    from {{ ref('int_orders__occasions') }} as occasions
    cross join as_of
    where
        occasions.occasion_date <= as_of.as_of_date
        and coalesce(occasions.next_occasion_date > as_of.as_of_date, true)
    group by occasions.customer_id

),

gaps as (

    select
        customers.*,
        customers.occasions - 1 as own_gaps,
        {{ days_between('customers.first_occasion_date', 'customers.last_occasion_date') }}
            as own_days,
        typical.typical_gap_days,
        case
            when typical.typical_gap_days is null then 0
            else {{ var('next_order_typical_gaps', 2) }}
        end as typical_gaps
    from customers
    left join typical
        on least(customers.occasions, {{ var('repurchase_steps', 5) }}) = typical.from_n

),

expected as (

    select
        *,
        -- nobody came back on the same day, so a gap is a day at least
        greatest(
            cast(own_days + typical_gaps * coalesce(typical_gap_days, 0) as double)
            / nullif(own_gaps + typical_gaps, 0),
            1
        ) as expected_gap_days
    from gaps

)

select
    customer_id,
    occasions,
    last_occasion_date,
    cast(own_days as double) / nullif(own_gaps, 0) as own_mean_gap_days,
    typical_gap_days,
    expected_gap_days,
    {{ add_days('last_occasion_date', 'round(expected_gap_days)') }} as next_order_expected_date
from expected
