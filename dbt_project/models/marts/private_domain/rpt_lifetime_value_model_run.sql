-- The parameters as they were fitted, and the days that they were fitted to.
with spans as (

    select
        max(as_of_date) as as_of_date,
        max(calibration_date) as calibration_date,
        max(holdout_days) as holdout_days,
        {{ add_days('max(as_of_date)', '-max(age_days)') }} as first_order_date
    from {{ ref('int_lifetime_value__customers') }}

)

select
    spans.as_of_date,
    fits.fitted_to,
    spans.first_order_date,
    case when fits.fitted_to = 'calibration' then spans.calibration_date else spans.as_of_date end
        as fitted_through_date,
    cast(spans.holdout_days as integer) as holdout_days,
    fits.fitted_customers,
    fits.fitted_repeat_customers,
    fits.r,
    fits.alpha_days,
    fits.a,
    fits.b,
    fits.p,
    fits.q,
    fits.v_cny,
    fits.log_likelihood,
    fits.value_correlation,
    fits.not_fitted_reason
from {{ ref('int_lifetime_value__fits') }} as fits
cross join spans
