-- What every customer did up to the as-of day.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

days as (

    select
        days.*,
        behaviours.is_attributable
    from {{ ref('int_customers__days') }} as days
    cross join as_of
    inner join {{ ref('aipl_behaviours') }} as behaviours on days.behaviour = behaviours.behaviour
    where days.activity_date <= as_of.as_of_date

),

touches as (

    select
        customer_id,
        sum(events) as touches,
        max(last_at) as last_touch_at
    from days
    where is_attributable
    group by customer_id

),

by_channel as (

    select
        customer_id,
        channel,
        sum(events) as events,
        max(last_at) as last_at
    from days
    where is_attributable and channel <> {{ channel_none() }}
    group by customer_id, channel

),

home_channels as (

    select
        customer_id,
        channel,
        row_number() over (
            partition by customer_id
            order by events desc nulls last, last_at desc nulls last, channel asc nulls last
        ) as channel_number
    from by_channel

),

order_days as (

    select
        customer_id,
        activity_date,
        sum(case when behaviour = 'order_paid' then events else 0 end) as orders,
        sum(gmv_cny) as gmv_cny,
        sum(refund_cny) as refund_cny
    from days
    where behaviour in ('order_paid', 'order_void')
    group by customer_id, activity_date

),

orders as (

    select
        customer_id,
        sum(orders) as orders,
        count(*) filter (where orders > 0) as purchase_days,
        min(activity_date) filter (where orders > 0) as first_order_date,
        max(activity_date) filter (where orders > 0) as last_order_date,
        sum(gmv_cny) as gmv_cny,
        sum(refund_cny) as refund_cny
    from order_days
    group by customer_id

)

select
    coalesce(touches.customer_id, orders.customer_id) as customer_id,
    home_channels.channel as home_channel,
    coalesce(touches.touches, 0) as touches,
    coalesce(orders.orders, 0) as orders,
    coalesce(orders.purchase_days, 0) as purchase_days,
    coalesce(orders.gmv_cny, 0) as gmv_cny,
    coalesce(orders.refund_cny, 0) as refund_cny,
    coalesce(orders.gmv_cny, 0) - coalesce(orders.refund_cny, 0) as net_gmv_cny,
    touches.last_touch_at,
    orders.first_order_date,
    orders.last_order_date
from touches
full outer join orders on touches.customer_id = orders.customer_id
left join home_channels
    on
        touches.customer_id = home_channels.customer_id
        and home_channels.channel_number = 1
