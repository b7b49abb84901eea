with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

orders as (

    select
        fct_orders.*,
        coalesce(fct_orders.channel, {{ channel_none() }}) as shown_channel
    from {{ ref('fct_orders') }} as fct_orders

),

first_orders as (

    select first_order_key
    from {{ ref('int_orders__occasions') }}
    where occasion_number = 1

),

measures as (

    -- what was ordered on the day, paid or not
    select
        created_date as sales_date,
        platform,
        account,
        shown_channel as channel,
        is_identified,
        1 as created_orders,
        total_cny as created_cny,
        0 as paid_orders,
        0 as valid_orders,
        0 as first_orders,
        0 as quantity,
        0 as gmv_cny,
        0 as refund_cny,
        0 as net_gmv_cny,
        0 as received_cny
    from orders
    union all
    -- what was sold on the day, and the refunds of what was sold on the day
    select
        orders.sale_date as sales_date,
        orders.platform,
        orders.account,
        orders.shown_channel as channel,
        orders.is_identified,
        0 as created_orders,
        0 as created_cny,
        case when orders.is_paid then 1 else 0 end as paid_orders,
        case when orders.is_valid then 1 else 0 end as valid_orders,
        case when first_orders.first_order_key is not null then 1 else 0 end as first_orders,
        case when orders.is_valid then orders.quantity else 0 end as quantity,
        orders.gmv_cny,
        orders.refund_cny,
        orders.net_gmv_cny,
        orders.received_cny
    from orders
    left join first_orders on orders.order_key = first_orders.first_order_key

)

select
    as_of.as_of_date,
    measures.sales_date,
    measures.platform,
    measures.account,
    measures.channel,
    coalesce(channels.domain, {{ channel_none() }}) as domain,
    measures.is_identified,
    cast(sum(measures.created_orders) as bigint) as created_orders,
    cast(sum(measures.created_cny) as decimal(18, 4)) as created_cny,
    cast(sum(measures.paid_orders) as bigint) as paid_orders,
    cast(sum(measures.valid_orders) as bigint) as valid_orders,
    cast(sum(measures.first_orders) as bigint) as first_orders,
    cast(sum(measures.quantity) as decimal(18, 4)) as quantity,
    cast(sum(measures.gmv_cny) as decimal(18, 4)) as gmv_cny,
    cast(sum(measures.refund_cny) as decimal(18, 4)) as refund_cny,
    cast(sum(measures.net_gmv_cny) as decimal(18, 4)) as net_gmv_cny,
    cast(sum(measures.received_cny) as decimal(18, 4)) as received_cny
from measures
inner join as_of on measures.sales_date <= as_of.as_of_date
left join {{ ref('channels') }} as channels on measures.channel = channels.channel
group by
    as_of.as_of_date,
    measures.sales_date,
    measures.platform,
    measures.account,
    measures.channel,
    coalesce(channels.domain, {{ channel_none() }}),
    measures.is_identified
