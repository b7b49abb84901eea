-- Who bought, how often and for how much is the same as in the sequence of purchases.
with valued as (

    select
        count(*) as customers,
        sum(purchase_days) as purchase_days,
        coalesce(round(sum(ltv_observed_cny), 2), 0) as value_cny
    from {{ ref('customer_lifetime_value') }}

),

bought as (

    select
        count(*) filter (where occasion_number = 1) as customers,
        count(*) filter (
            where occasion_number = 1 or gap_days is not null or is_censored
        ) as occasions,
        coalesce(round(sum(cast(revenue_net_cny as double)), 2), 0) as value_cny
    from {{ ref('fct_order_sequence') }}

)

select
    valued.customers,
    valued.value_cny,
    bought.customers as expected_customers,
    bought.value_cny as expected_value_cny
from valued
cross join bought
where
    valued.customers <> bought.customers
    or valued.purchase_days > bought.occasions
    or abs(valued.value_cny - bought.value_cny) > 0.01
