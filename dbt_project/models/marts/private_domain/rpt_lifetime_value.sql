-- The error of the hold-out stands beside what is predicted: what the model that knew nothing of
-- the hold-out expected of it, against what it brought. Sums are of decimals, so that they do not
-- depend on the order of customers.
with customers as (

    select
        customers.as_of_date,
        customers.holdout_days,
        members.first_domain,
        members.first_channel,
        cast(values_of.ltv_observed_cny as decimal(38, 6)) as ltv_observed_cny,
        cast(values_of.alive_probability as decimal(38, 6)) as alive_probability,
        cast(values_of.expected_purchases_90d as decimal(38, 6)) as expected_purchases_90d,
        cast(values_of.expected_purchases_365d as decimal(38, 6)) as expected_purchases_365d,
        cast(values_of.expected_value_90d_cny as decimal(38, 6)) as expected_value_90d_cny,
        cast(values_of.expected_value_365d_cny as decimal(38, 6)) as expected_value_365d_cny,
        cast(values_of.ltv_predicted_cny as decimal(38, 6)) as ltv_predicted_cny,
        values_of.not_fitted_reason,
        cast(predictions.holdout_expected_purchases as decimal(38, 6))
            as holdout_expected_purchases,
        cast(predictions.holdout_expected_value_cny as decimal(38, 6))
            as holdout_expected_value_cny,
        -- only customers of whom something was expected are held against it
        case when predictions.holdout_expected_purchases is not null then 1 else 0 end
            as holdout_customers,
        case
            when predictions.holdout_expected_purchases is not null
                then customers.holdout_purchases
        end as holdout_purchases,
        case
            when predictions.holdout_expected_value_cny is not null
                then cast(customers.holdout_value_cny as decimal(38, 6))
        end as holdout_value_cny
    from {{ ref('int_lifetime_value__customers') }} as customers
    inner join {{ ref('int_lifetime_value__predictions') }} as predictions
        on customers.customer_id = predictions.customer_id
    inner join {{ ref('customer_lifetime_value') }} as values_of
        on customers.customer_id = values_of.customer_id
    inner join {{ ref('int_cohort__members') }} as members
        on customers.customer_id = members.customer_id

),

grouped as (

    {% for segment in ['all', 'first_domain', 'first_channel'] -%}
        select
            as_of_date,
            holdout_days,
            '{{ segment }}' as segment_type,
            {{ "'all'" if segment == 'all' else segment }} as segment_value,
            count(*) as customers,
            max(not_fitted_reason) as not_fitted_reason,
            cast(sum(ltv_observed_cny) as double) / count(*) as ltv_observed_cny,
            cast(sum(ltv_predicted_cny) as double) / count(*) as ltv_predicted_cny,
            cast(sum(alive_probability) as double) as expected_alive_customers,
            cast(sum(expected_purchases_90d) as double) as expected_purchases_90d,
            cast(sum(expected_purchases_365d) as double) as expected_purchases_365d,
            cast(sum(expected_value_90d_cny) as double) as expected_value_90d_cny,
            cast(sum(expected_value_365d_cny) as double) as expected_value_365d_cny,
            sum(holdout_customers) as holdout_customers,
            sum(holdout_purchases) as holdout_purchases,
            cast(sum(holdout_expected_purchases) as double) as holdout_expected_purchases,
            cast(sum(holdout_value_cny) as double) as holdout_value_cny,
            cast(sum(holdout_expected_value_cny) as double) as holdout_expected_value_cny
        from customers
        group by as_of_date, holdout_days{{ '' if segment == 'all' else ', ' ~ segment }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    as_of_date,
    segment_type,
    segment_value,
    cast(customers as bigint) as customers,
    ltv_observed_cny,
    ltv_predicted_cny,
    expected_alive_customers,
    expected_purchases_90d,
    expected_purchases_365d,
    expected_value_90d_cny,
    expected_value_365d_cny,
    cast(holdout_days as integer) as holdout_days,
    cast(holdout_customers as bigint) as holdout_customers,
    cast(holdout_purchases as bigint) as holdout_purchases,
    holdout_expected_purchases,
    holdout_expected_purchases / nullif(holdout_purchases, 0) - 1 as holdout_purchases_error,
    holdout_value_cny,
    holdout_expected_value_cny,
    holdout_expected_value_cny / nullif(holdout_value_cny, 0) - 1 as holdout_value_error,
    not_fitted_reason,
    coalesce(
        holdout_days >= {{ var('lifetime_value_min_holdout_days', 28) }}
        and holdout_purchases >= {{ var('lifetime_value_min_holdout_purchases', 100) }},
        false
    ) as is_calibrated
from grouped
