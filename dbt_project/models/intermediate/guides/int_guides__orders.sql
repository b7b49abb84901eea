-- Each order that counts belongs to one seller at most: whom it names, else whose WeCom contact its
-- buyer was at the sale, of several the one added last.
with orders as (

    select
        order_key,
        order_id,
        platform,
        customer_id,
        net_gmv_cny,
        sale_at,
        sale_date
    from {{ ref('fct_orders') }}
    where is_valid

),

-- a name that two guides share tells neither
guides as (

    select
        seller_name,
        min(seller_id) as seller_id
    from {{ ref('int_guides__sellers') }}
    where seller_kind = 'guide'
    group by seller_name
    having count(*) = 1

),

named as (

    select
        orders.order_key,
        case when youzan.distributor is not null then 'distributor' else 'guide' end as seller_kind,
        coalesce(youzan.distributor, guides.seller_id) as seller_id
    from orders
    inner join {{ ref('stg_youzan__orders') }} as youzan
        on orders.platform = 'youzan' and orders.order_id = youzan.order_id_youzan
    left join guides on youzan.sales_guide = guides.seller_name
    where coalesce(youzan.distributor, guides.seller_id) is not null

),

held as (

    select
        orders.order_key,
        contacts.seller_kind,
        contacts.seller_id,
        row_number() over (
            partition by orders.order_key
            order by contacts.added_at desc nulls last, contacts.relation_key asc nulls last
        ) as contact_number
    from orders
    inner join {{ ref('int_guides__contacts') }} as contacts
        on
            orders.customer_id = contacts.customer_id
            and orders.sale_at >= contacts.added_at
            and (orders.sale_at < contacts.missed_at or contacts.missed_at is null)

)

select
    orders.order_key,
    coalesce(named.seller_kind, held.seller_kind) as seller_kind,
    coalesce(named.seller_id, held.seller_id) as seller_id,
    orders.customer_id,
    orders.net_gmv_cny,
    orders.sale_date
from orders
left join named on orders.order_key = named.order_key
left join held on orders.order_key = held.order_key and held.contact_number = 1
where coalesce(named.seller_id, held.seller_id) is not null
