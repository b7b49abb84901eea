-- The next order's day is the plain one of int_customers__next_order: it says when a customer who
-- does come back is due, the models how likely and how often.
with predictions as (

    select * from {{ ref('int_lifetime_value__predictions') }}

),

fits as (

    select * from {{ ref('int_lifetime_value__fits') }}
    where fitted_to = 'everything'

)

select
    customers.customer_id,
    customers.as_of_date,
    customers.frequency + 1 as purchase_days,
    {{ add_days('customers.as_of_date', '-customers.age_days') }} as first_order_date,
    {{ add_days('customers.as_of_date', 'customers.recency_days - customers.age_days') }}
        as last_order_date,
    customers.value_cny as ltv_observed_cny,
    predictions.alive_probability,
    predictions.expected_purchases_90d,
    predictions.expected_purchases_365d,
    predictions.expected_purchase_value_cny,
    predictions.expected_purchases_90d * predictions.expected_purchase_value_cny
        as expected_value_90d_cny,
    predictions.expected_purchases_365d * predictions.expected_purchase_value_cny
        as expected_value_365d_cny,
    customers.value_cny
    + predictions.expected_purchases_365d * predictions.expected_purchase_value_cny
        as ltv_predicted_cny,
    next_orders.next_order_expected_date,
    fits.not_fitted_reason
from {{ ref('int_lifetime_value__customers') }} as customers
inner join predictions on customers.customer_id = predictions.customer_id
cross join fits
left join {{ ref('int_customers__next_order') }} as next_orders
    on customers.customer_id = next_orders.customer_id
