-- Pairs are counted once, by whole numbers, of products and orders that can reach the smallest
-- count at all; every pair stands twice, seen from each of its products.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

baskets as (

    select
        baskets.order_key,
        baskets.product,
        baskets.products_in_order
    from {{ ref('int_products__baskets') }} as baskets
    inner join as_of on baskets.sale_date <= as_of.as_of_date
    where baskets.product <> {{ channel_none() }}

),

all_orders as (

    select count(distinct order_key) as orders
    from baskets

),

products as (

    select
        product,
        count(*) as orders,
        row_number() over (order by product asc nulls last) as product_number
    from baskets
    group by product
    having count(*) >= {{ var('affinity_min_orders', 5) }}

),

orders as (

    select
        order_key,
        row_number() over (order by order_key asc nulls last) as order_number
    from baskets
    where products_in_order between 2 and {{ var('affinity_max_products', 50) }}
    group by order_key

),

numbered as (

    select
        orders.order_number,
        products.product_number
    from baskets
    inner join orders on baskets.order_key = orders.order_key
    inner join products on baskets.product = products.product

),

pairs as (

    select
        one.product_number,
        other.product_number as other_number,
        count(*) as orders_together
    from numbered as one
    inner join numbered as other
        on
            one.order_number = other.order_number
            and one.product_number < other.product_number
    group by one.product_number, other.product_number
    having count(*) >= {{ var('affinity_min_orders', 5) }}

),

directed as (

    select
        product_number,
        other_number,
        orders_together
    from pairs
    union all
    select
        other_number as product_number,
        product_number as other_number,
        orders_together
    from pairs

),

measured as (

    select
        one.product,
        other.product as other_product,
        directed.orders_together,
        one.orders as product_orders,
        other.orders as other_product_orders,
        all_orders.orders as all_orders,
        cast(directed.orders_together as double) / all_orders.orders as support,
        cast(directed.orders_together as double) / one.orders as confidence,
        cast(directed.orders_together as double) * all_orders.orders
        / (cast(one.orders as double) * other.orders) as lift
    from directed
    inner join products as one on directed.product_number = one.product_number
    inner join products as other on directed.other_number = other.product_number
    cross join all_orders

),

ranked as (

    select
        *,
        row_number() over (
            partition by product
            order by
                lift desc nulls last,
                orders_together desc nulls last,
                other_product asc nulls last
        ) as partner_rank
    from measured

)

select
    as_of.as_of_date,
    ranked.product,
    ranked.other_product,
    cast(ranked.partner_rank as integer) as partner_rank,
    cast(ranked.orders_together as bigint) as orders_together,
    cast(ranked.product_orders as bigint) as product_orders,
    cast(ranked.other_product_orders as bigint) as other_product_orders,
    cast(ranked.all_orders as bigint) as basket_orders,
    ranked.support,
    ranked.confidence,
    ranked.lift
from ranked
cross join as_of
where ranked.partner_rank <= {{ var('affinity_partners', 20) }}
