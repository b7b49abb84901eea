{{ config(materialized='view') }}
select
    customers.customer_id,
    customers.first_contact_date,
    customers.deposit_date,
    customers.first_order_date,
    customers.first_channel,
    customers.first_domain,
    case
        when customers.first_order_date is null then {{ no_order() }} else products.shown_product
    end as first_product,
    case
        when customers.first_order_date is null then {{ no_order() }} else products.product_role
    end as product_role,
    customers.price_band,
    customers.province
from {{ ref('int_cohort__customers') }} as customers
left join {{ ref('int_cohort__products') }} as products
    on customers.first_product = products.product
