-- The same figures as of two days, the as-of day and that day a month before, so that segments can
-- say who moved. Both by what is known now: a refund that came since lowers both. A receipt with
-- returns alone is no paid order, and lowers the money all the same.
with as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

scored_dates as (

    select
        as_of_date as scored_date,
        repurchase_days,
        active_days
    from as_of
    union all
    select
        {{ add_months('as_of_date', -1) }} as scored_date,
        repurchase_days,
        active_days
    from as_of

),

orders as (

    select
        orders.customer_id,
        scored_dates.scored_date,
        count(*) filter (where orders.is_valid) as orders,
        count(distinct case when orders.is_valid then orders.sale_date end) as purchase_days,
        min(orders.sale_date) filter (where orders.is_valid) as first_order_date,
        max(orders.sale_date) filter (where orders.is_valid) as last_order_date,
        max(orders.sale_date) filter (where orders.is_paid) as last_paid_date,
        sum(orders.gmv_cny) as gmv_cny,
        sum(orders.refund_cny) as refund_cny,
        sum(orders.net_gmv_cny) as net_gmv_cny
    from {{ ref('int_orders') }} as orders
    inner join scored_dates on orders.sale_date <= scored_dates.scored_date
    where orders.is_identified
    group by orders.customer_id, scored_dates.scored_date

),

deals as (

    select
        paid_orders.customer_id,
        scored_dates.scored_date,
        count(*) as paid_orders,
        count(*) filter (where paid_orders.is_deal) as deal_orders
    from {{ ref('int_customers__paid_orders') }} as paid_orders
    inner join scored_dates on paid_orders.sale_date <= scored_dates.scored_date
    group by paid_orders.customer_id, scored_dates.scored_date

),

last_touches as (

    select
        days.customer_id,
        scored_dates.scored_date,
        max(days.activity_date) as last_touch_date
    from {{ ref('int_customers__days') }} as days
    inner join {{ ref('aipl_behaviours') }} as behaviours on days.behaviour = behaviours.behaviour
    inner join scored_dates on days.activity_date <= scored_dates.scored_date
    where behaviours.is_attributable
    group by days.customer_id, scored_dates.scored_date

),

joined as (

    select
        orders.*,
        scored_dates.repurchase_days,
        scored_dates.active_days,
        coalesce(deals.paid_orders, 0) as paid_orders,
        coalesce(deals.deal_orders, 0) as deal_orders,
        greatest(
            coalesce(orders.last_paid_date, last_touches.last_touch_date),
            coalesce(last_touches.last_touch_date, orders.last_paid_date)
        ) as last_activity_date
    from orders
    inner join scored_dates on orders.scored_date = scored_dates.scored_date
    left join deals
        on
            orders.customer_id = deals.customer_id
            and orders.scored_date = deals.scored_date
    left join last_touches
        on
            orders.customer_id = last_touches.customer_id
            and orders.scored_date = last_touches.scored_date

)

select
    customer_id,
    scored_date,
    orders,
    purchase_days,
    paid_orders,
    cast(gmv_cny as decimal(18, 4)) as gmv_cny,
    cast(refund_cny as decimal(18, 4)) as refund_cny,
    cast(net_gmv_cny as decimal(18, 4)) as net_gmv_cny,
    cast(deal_orders as double) / nullif(paid_orders, 0) as deal_share,
    cast(refund_cny as double) / nullif(cast(gmv_cny as double), 0) as refund_share,
    cast({{ days_between('last_order_date', 'scored_date') }} as double) / repurchase_days
        as recency_windows,
    cast({{ days_between('last_order_date', 'scored_date') }} as double)
    * (purchase_days - 1)
    / nullif({{ days_between('first_order_date', 'last_order_date') }}, 0) as gap_ratio,
    cast({{ days_between('last_activity_date', 'scored_date') }} as double) / active_days
        as silent_windows
from joined
where paid_orders > 0 or purchase_days > 0
