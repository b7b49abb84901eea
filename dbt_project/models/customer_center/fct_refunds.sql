-- An order's refund is known from its own export, when it was paid back from others. Dated refunds
-- use it up in their order; what is left has no date.
with orders as (

    select * from {{ ref('int_orders') }}

),

stated as (

    select
        *,
        sum(stated_refund_cny) over (
            partition by order_key
            order by refunded_at asc nulls last, refund_key asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as stated_before_cny
    from {{ ref('int_refunds__stated') }}

),

dated as (

    select
        stated.refund_key,
        stated.order_key,
        stated.sub_order_id,
        stated.aftersale_id,
        stated.platform,
        stated.account,
        stated.refund_kind,
        stated.refund_reason,
        stated.stated_refund_cny,
        greatest(
            least(
                stated.stated_refund_cny,
                coalesce(orders.refund_cny, 0) - coalesce(stated.stated_before_cny, 0)
            ),
            0
        ) as refunded_cny,
        stated.refunded_at
    from stated
    left join orders on stated.order_key = orders.order_key

),

stated_of_orders as (

    select
        order_key,
        sum(refunded_cny) as refunded_cny
    from dated
    group by order_key

),

undated as (

    select
        orders.order_key || ':undated' as refund_key,
        orders.order_key,
        cast(null as string) as sub_order_id,
        cast(null as string) as aftersale_id,
        orders.platform,
        orders.account,
        cast(null as string) as refund_kind,
        cast(null as string) as refund_reason,
        cast(null as decimal(18, 4)) as stated_refund_cny,
        orders.refund_cny - coalesce(stated_of_orders.refunded_cny, 0) as refunded_cny,
        cast(null as timestamp) as refunded_at
    from orders
    left join stated_of_orders on orders.order_key = stated_of_orders.order_key
    where orders.refund_cny > coalesce(stated_of_orders.refunded_cny, 0)

),

refunds as (

    select * from dated
    union all
    select * from undated

)

select
    refunds.refund_key,
    refunds.order_key,
    refunds.sub_order_id,
    refunds.aftersale_id,
    orders.identifier_id,
    orders.customer_id,
    refunds.platform,
    refunds.account,
    refunds.refund_kind,
    refunds.refund_reason,
    refunds.stated_refund_cny,
    cast(refunds.refunded_cny as decimal(18, 4)) as refunded_cny,
    coalesce(orders.is_identified, false) as is_identified,
    orders.order_key is not null as is_order_known,
    refunds.refunded_at is not null as is_dated,
    refunds.refunded_at,
    {{ local_date('refunds.refunded_at') }} as refunded_date,
    orders.sale_date
from refunds
left join orders on refunds.order_key = orders.order_key
