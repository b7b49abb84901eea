-- Stored, as every cut of the cohorts reads it anew.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

booked as (

    select
        activity.customer_id,
        activity.sale_date,
        activity.sale_date as booked_date,
        activity.occasion_number,
        activity.previous_occasion_date,
        activity.occasion_number is not null
        and (
            activity.next_occasion_date is null
            or activity.next_occasion_date > as_of.as_of_date
        ) as is_last_occasion,
        activity.orders,
        activity.units,
        activity.revenue_gross_cny,
        cast(0 as decimal(18, 4)) as refund_cny,
        activity.cost_cny,
        activity.orders_without_cost
    from {{ ref('int_cohort__activity') }} as activity
    cross join as_of
    union all
    select
        customer_id,
        sale_date,
        {{ refund_booked_date() }} as booked_date,
        cast(null as bigint) as occasion_number,
        cast(null as date) as previous_occasion_date,
        false as is_last_occasion,
        0 as orders,
        cast(0 as decimal(18, 4)) as units,
        cast(0 as decimal(18, 4)) as revenue_gross_cny,
        refunded_cny as refund_cny,
        cast(0 as decimal(18, 4)) as cost_cny,
        0 as orders_without_cost
    from {{ ref('fct_refunds') }}
    where is_identified and sale_date is not null and refunded_cny <> 0

)

select
    members.first_contact_date,
    members.deposit_date,
    members.first_order_date,
    members.first_channel,
    members.first_domain,
    members.first_product,
    members.product_role,
    members.price_band,
    members.province,
    booked.customer_id,
    booked.sale_date,
    booked.booked_date,
    booked.occasion_number,
    booked.previous_occasion_date,
    booked.is_last_occasion,
    booked.orders,
    booked.units,
    booked.revenue_gross_cny,
    booked.refund_cny,
    booked.cost_cny,
    booked.orders_without_cost,
    as_of.as_of_date
from booked
inner join {{ ref('int_cohort__members') }} as members on booked.customer_id = members.customer_id
cross join as_of
where booked.booked_date <= as_of.as_of_date
