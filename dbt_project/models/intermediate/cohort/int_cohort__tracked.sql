-- Stored, as every cut of the cohorts reads it anew.
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
    activity.customer_id,
    activity.sale_date,
    activity.booked_date,
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
    activity.refund_cny,
    activity.cost_cny,
    activity.orders_without_cost,
    as_of.as_of_date
from {{ ref('int_cohort__activity') }} as activity
inner join {{ ref('int_cohort__members') }} as members
    on activity.customer_id = members.customer_id
cross join {{ ref('int_calendar__as_of') }} as as_of
where activity.booked_date <= as_of.as_of_date
