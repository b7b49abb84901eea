-- What every identifier did, day by day. The customer is bound later: an identifier that changes
-- hands has a row for each period, and no merge of customers rewrites one. Guests whose order
-- names nobody are identifier 0.
with later_periods as (

    select
        identifier_id,
        valid_from,
        valid_to
    from {{ ref('stg_identity__map') }}
    where valid_from > {{ begin_of_time() }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

touchpoints as (

    select * from {{ ref('int_touchpoints') }}
    where touched_at is not null

),

touches as (

    select
        identifier_id,
        touched_at as held_at,
        behaviour,
        channel,
        touch_id,
        touched_at
    from touchpoints
    where identifier_id is not null or order_key is null
    union all
    -- the touch that an order tells of is its buyer's
    select
        orders.identifier_id,
        coalesce(orders.created_at, orders.paid_at) as held_at,
        touchpoints.behaviour,
        touchpoints.channel,
        touchpoints.touch_id,
        touchpoints.touched_at
    from touchpoints
    inner join orders on touchpoints.order_key = orders.order_key
    where touchpoints.identifier_id is null

),

events as (

    select
        coalesce(identifier_id, 0) as identifier_id,
        held_at,
        behaviour,
        channel,
        touch_id as event_id,
        touched_at as happened_at,
        cast(0 as decimal(18, 4)) as quantity,
        cast(0 as decimal(18, 4)) as gmv_cny,
        cast(0 as decimal(18, 4)) as refund_cny
    from touches
    union all
    select
        coalesce(identifier_id, 0) as identifier_id,
        coalesce(created_at, paid_at) as held_at,
        case when is_valid then 'order_paid' else 'order_void' end as behaviour,
        channel,
        order_key as event_id,
        sale_at as happened_at,
        quantity,
        gmv_cny,
        refund_cny
    from orders
    where sale_at is not null

),

held as (

    select
        events.*,
        coalesce(later_periods.valid_from, {{ begin_of_time() }}) as held_from
    from events
    left join later_periods
        on
            events.identifier_id = later_periods.identifier_id
            and events.held_at >= later_periods.valid_from
            and events.held_at < later_periods.valid_to

)

select
    identifier_id,
    held_from,
    {{ local_date('happened_at') }} as activity_date,
    behaviour,
    coalesce(channel, {{ channel_none() }}) as channel,
    count(*) as events,
    cast(sum(quantity) as decimal(18, 4)) as units,
    cast(sum(gmv_cny) as decimal(18, 4)) as gmv_cny,
    cast(sum(refund_cny) as decimal(18, 4)) as refund_cny,
    min(happened_at) as first_at,
    min_by(event_id, {{ ordered_pair('happened_at', 'event_id') }}) as first_event_id,
    max(happened_at) as last_at,
    max_by(event_id, {{ ordered_pair('happened_at', 'event_id') }}) as last_event_id
from held
group by
    identifier_id,
    held_from,
    {{ local_date('happened_at') }},
    behaviour,
    coalesce(channel, {{ channel_none() }})
