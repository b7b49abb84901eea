-- The RFM segments together are the buyers of the customer center, with their orders and money.
-- So are the super users.
with buyers as (

    select
        count(*) as customers,
        sum(orders) as orders,
        sum(net_gmv_cny) as net_gmv_cny,
        count(*) filter (where is_super_user) as super_users
    from {{ ref('dim_customers') }}
    where purchase_days > 0

),

segments as (

    select
        sum(customers) filter (where segment_family = 'rfm') as customers,
        sum(orders) filter (where segment_family = 'rfm') as orders,
        sum(net_gmv_cny) filter (where segment_family = 'rfm') as net_gmv_cny,
        sum(customers) filter (where segment_key = 'super_user') as super_users
    from {{ ref('rpt_segments') }}

),

moves as (

    select sum(customers) filter (where to_segment <> {{ no_order() }}) as customers
    from {{ ref('rpt_segment_moves') }}

)

select
    segments.*,
    moves.customers as moved_customers
from segments
cross join buyers
cross join moves
where
    buyers.customers > 0
    and (
        segments.customers <> buyers.customers
        or segments.orders <> buyers.orders
        or segments.net_gmv_cny <> buyers.net_gmv_cny
        or segments.super_users <> buyers.super_users
        or moves.customers <> buyers.customers
    )
