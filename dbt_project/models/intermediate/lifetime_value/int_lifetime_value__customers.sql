-- What BG/NBD and gamma-gamma need to know of a customer: twice, as of the as-of day and as of the
-- day before the hold-out, and what the hold-out then brought. A day of purchases is one purchase.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

occasions as (

    select
        occasions.customer_id,
        occasions.occasion_date,
        occasions.first_occasion_date,
        occasions.revenue_net_cny,
        coalesce(occasions.previous_occasion_date < occasions.occasion_date, true)
            as is_first_of_day
    from {{ ref('int_orders__occasions') }} as occasions
    inner join as_of on occasions.occasion_date <= as_of.as_of_date

),

spans as (

    select
        as_of.as_of_date,
        least(
            floor(
                {{ days_between('min(occasions.first_occasion_date)', 'as_of.as_of_date') }}
                * {{ var('lifetime_value_holdout_share', 0.25) }}
            ),
            {{ var('lifetime_value_max_holdout_days', 180) }}
        ) as holdout_days
    from occasions
    cross join as_of
    group by as_of.as_of_date

),

bounds as (

    select
        as_of_date,
        cast(holdout_days as integer) as holdout_days,
        {{ add_days('as_of_date', '-holdout_days') }} as calibration_date
    from spans

),

customers as (

    select
        occasions.customer_id,
        bounds.as_of_date,
        bounds.calibration_date,
        bounds.holdout_days,
        occasions.first_occasion_date,
        max(occasions.occasion_date) as last_date,
        max(occasions.occasion_date) filter (
            where occasions.occasion_date <= bounds.calibration_date
        ) as calibration_last_date,
        count(*) filter (where occasions.is_first_of_day) as purchases,
        count(*) filter (
            where occasions.is_first_of_day
            and occasions.occasion_date <= bounds.calibration_date
        ) as calibration_purchases,
        sum(occasions.revenue_net_cny) as value_cny,
        sum(occasions.revenue_net_cny) filter (
            where occasions.occasion_date <= bounds.calibration_date
        ) as calibration_value_cny
    from occasions
    cross join bounds
    group by
        occasions.customer_id,
        bounds.as_of_date,
        bounds.calibration_date,
        bounds.holdout_days,
        occasions.first_occasion_date

)

select
    customer_id,
    as_of_date,
    calibration_date,
    holdout_days,
    cast(purchases - 1 as bigint) as frequency,
    cast({{ days_between('first_occasion_date', 'last_date') }} as bigint) as recency_days,
    cast({{ days_between('first_occasion_date', 'as_of_date') }} as bigint) as age_days,
    cast(value_cny as double) / purchases as mean_value_cny,
    cast(value_cny as double) as value_cny,
    case when calibration_purchases > 0 then cast(calibration_purchases - 1 as bigint) end
        as calibration_frequency,
    cast({{ days_between('first_occasion_date', 'calibration_last_date') }} as bigint)
        as calibration_recency_days,
    case
        when calibration_purchases > 0
            then cast({{ days_between('first_occasion_date', 'calibration_date') }} as bigint)
    end as calibration_age_days,
    cast(calibration_value_cny as double) / nullif(calibration_purchases, 0)
        as calibration_mean_value_cny,
    case when calibration_purchases > 0 then cast(purchases - calibration_purchases as bigint) end
        as holdout_purchases,
    case when calibration_purchases > 0 then cast(value_cny - calibration_value_cny as double) end
        as holdout_value_cny
from customers
