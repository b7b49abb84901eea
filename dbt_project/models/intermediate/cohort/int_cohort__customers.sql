{{ config(materialized='incremental', incremental_strategy='touched_customers') }}
-- The days that a customer's cohorts begin with, and what the customer is told apart by. An order
-- is a contact too: it met who ordered before the first touch that any file shows.
with first_touch as (

    select
        customer_id,
        channel,
        domain,
        {{ local_date('touched_at') }} as first_touch_date
    from {{ ref('int_customers__first_touch') }}
    where {{ touched_customers_only('customer_id') }}

),

deposits as (

    select
        touchpoints.customer_id,
        min(touchpoints.touched_date) as deposit_date
    from {{ ref('int_touchpoints') }} as touchpoints
    inner join {{ ref('deposit_behaviours') }} as behaviours
        on touchpoints.behaviour = behaviours.behaviour
    where
        touchpoints.is_identified
        and touchpoints.touched_at is not null
        and {{ touched_customers_only('touchpoints.customer_id') }}
    group by touchpoints.customer_id

),

first_orders as (

    select
        occasions.customer_id,
        occasions.occasion_date as first_order_date,
        occasions.first_order_key,
        orders.gmv_cny,
        orders.province
    from {{ ref('int_orders__occasions') }} as occasions
    inner join {{ ref('fct_orders') }} as orders on occasions.first_order_key = orders.order_key
    where
        occasions.occasion_number = 1
        and {{ touched_customers_only('occasions.customer_id') }}

),

-- the dearest line speaks for the order
lines as (

    select
        lines.customer_id,
        coalesce(lines.product_code, lines.product_id, lines.product_title) as product,
        row_number() over (
            partition by lines.order_key
            order by lines.amount_cny desc nulls last, lines.order_line_key asc nulls last
        ) as line_rank
    from {{ ref('fct_order_lines') }} as lines
    inner join first_orders on lines.order_key = first_orders.first_order_key

),

products as (

    select * from lines
    where line_rank = 1

),

contacts as (

    select
        customer_id,
        first_touch_date as contact_date
    from first_touch
    union all
    select
        customer_id,
        deposit_date as contact_date
    from deposits
    union all
    select
        customer_id,
        first_order_date as contact_date
    from first_orders

),

customers as (

    select
        customer_id,
        min(contact_date) as first_contact_date
    from contacts
    group by customer_id

)

select
    customers.customer_id,
    customers.first_contact_date,
    deposits.deposit_date,
    first_orders.first_order_date,
    first_touch.first_touch_date,
    coalesce(first_touch.channel, {{ channel_unattributed() }}) as first_channel,
    coalesce(first_touch.domain, {{ channel_unattributed() }}) as first_domain,
    case
        when first_orders.customer_id is null then {{ no_order() }}
        else coalesce(products.product, {{ channel_none() }})
    end as first_product,
    case
        when first_orders.customer_id is null then {{ no_order() }}
        else coalesce(price_bands.price_band, {{ channel_none() }})
    end as price_band,
    case
        when first_orders.customer_id is null then {{ no_order() }}
        else coalesce(first_orders.province, {{ channel_none() }})
    end as province
from customers
left join first_touch on customers.customer_id = first_touch.customer_id
left join deposits on customers.customer_id = deposits.customer_id
left join first_orders on customers.customer_id = first_orders.customer_id
left join products on customers.customer_id = products.customer_id
left join {{ ref('price_bands') }} as price_bands
    on
        first_orders.gmv_cny >= price_bands.from_cny
        and (first_orders.gmv_cny < price_bands.below_cny or price_bands.below_cny is null)
