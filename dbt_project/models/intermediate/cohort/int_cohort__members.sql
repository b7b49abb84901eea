{{ config(materialized='view') }}
-- Customers as they are known on the as-of day: what comes later has not happened to them.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

customers as (

    select
        customers.*,
        coalesce(customers.first_touch_date <= as_of.as_of_date, false) as has_touch,
        coalesce(customers.first_order_date <= as_of.as_of_date, false) as has_order,
        coalesce(customers.deposit_date <= as_of.as_of_date, false) as is_deposited
    from {{ ref('int_cohort__customers') }} as customers
    cross join as_of
    where customers.first_contact_date <= as_of.as_of_date

)

select
    customers.customer_id,
    customers.first_contact_date,
    case when customers.is_deposited then customers.deposit_date end as deposit_date,
    case when customers.has_order then customers.first_order_date end as first_order_date,
    case when customers.has_touch then customers.first_channel else {{ channel_unattributed() }} end
        as first_channel,
    case when customers.has_touch then customers.first_domain else {{ channel_unattributed() }} end
        as first_domain,
    case when customers.has_order then products.shown_product else {{ no_order() }} end
        as first_product,
    case when customers.has_order then products.product_role else {{ no_order() }} end
        as product_role,
    case when customers.has_order then customers.price_band else {{ no_order() }} end
        as price_band,
    case when customers.has_order then customers.province else {{ no_order() }} end as province
from customers
left join {{ ref('int_cohort__products') }} as products
    on customers.first_product = products.product
