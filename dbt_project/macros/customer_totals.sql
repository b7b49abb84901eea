{#-
  A query: what every customer did on some days. It goes on after the
  common table expression `days`, the rows of int_customers__days that count.
-#}
{% macro customer_totals() -%}
attributable as (

    select
        days.customer_id,
        days.channel,
        days.activity_date,
        days.events,
        days.last_at
    from days
    inner join {{ ref('aipl_behaviours') }} as behaviours on days.behaviour = behaviours.behaviour
    where behaviours.is_attributable

),

touches as (

    select
        customer_id,
        sum(events) as touches,
        max(activity_date) as last_date,
        max(last_at) as last_touch_at
    from attributable
    group by customer_id

),

by_channel as (

    select
        customer_id,
        channel,
        sum(events) as events,
        max(last_at) as last_at
    from attributable
    where channel <> {{ channel_none() }}
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
        max(activity_date) as last_date,
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
    greatest(
        coalesce(touches.last_date, orders.last_date), coalesce(orders.last_date, touches.last_date)
    ) as last_activity_date,
    touches.last_touch_at,
    orders.first_order_date,
    orders.last_order_date
from touches
full outer join orders on touches.customer_id = orders.customer_id
left join home_channels
    on
        touches.customer_id = home_channels.customer_id
        and home_channels.channel_number = 1
{%- endmacro %}
