{{ config(materialized='view') }}
-- The stored occasions as they stand on the as-of day: later ones have not happened yet.
select
    as_of.as_of_date,
    occasions.customer_id,
    occasions.occasion_number,
    occasions.occasion_date,
    occasions.order_keys,
    customers.first_product,
    case
        when customers.first_touch_date <= as_of.as_of_date then customers.first_channel
        else {{ channel_unattributed() }}
    end as first_channel,
    occasions.orders,
    occasions.units,
    occasions.revenue_net_cny,
    case
        when occasions.next_occasion_date <= as_of.as_of_date then occasions.gap_days
    end as gap_days,
    {{ days_between('occasions.occasion_date', 'as_of.as_of_date') }} as days_observed,
    coalesce(occasions.next_occasion_date > as_of.as_of_date, true) as is_censored,
    case
        when occasions.next_occasion_date <= as_of.as_of_date then occasions.next_occasion_date
    end as next_occasion_date
from {{ ref('int_orders__occasions') }} as occasions
inner join {{ ref('int_calendar__as_of') }} as as_of
    on occasions.occasion_date <= as_of.as_of_date
left join {{ ref('int_cohort__customers') }} as customers
    on occasions.customer_id = customers.customer_id
