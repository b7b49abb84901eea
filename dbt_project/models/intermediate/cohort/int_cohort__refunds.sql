{{ config(materialized='view') }}
-- After-sale cases of Douyin and settlements of Xiaohongshu and Kuaishou say when money went back.
-- Of the other exports only the amount is known: it is booked on the day of the sale. A case counts
-- up to what the order has refunded in all; what no case explains goes to the order's last case.
with orders as (

    select
        order_key,
        platform,
        order_id,
        customer_id,
        sale_date,
        refund_cny
    from {{ ref('fct_orders') }}
    where refund_cny <> 0 and sale_date is not null

),

cases as (

    select
        'douyin' as platform,
        aftersales.main_order_id_douyin as order_id,
        {{ local_date('aftersales.refunded_at') }} as refund_date,
        coalesce(aftersales.goods_refund_cny, 0)
        + coalesce(aftersales.shipping_refund_cny, 0)
        + coalesce(aftersales.tax_refund_cny, 0) as refund_cny
    from {{ ref('stg_douyin__aftersales') }} as aftersales
    inner join {{ ref('aftersale_status_map') }} as status_map
        on
            aftersales.aftersale_status = status_map.aftersale_status
            and status_map.platform = 'douyin'
    where status_map.is_refunded
    union all
    select
        'xiaohongshu' as platform,
        order_id_xiaohongshu as order_id,
        {{ local_date('settled_at') }} as refund_date,
        -coalesce(goods_cny, 0) - coalesce(shipping_cny, 0) as refund_cny
    from {{ ref('stg_xiaohongshu__settlements') }}
    union all
    select
        'kuaishou' as platform,
        order_id_kuaishou as order_id,
        {{ local_date('settled_at') }} as refund_date,
        abs(refund_cny) as refund_cny
    from {{ ref('stg_kuaishou__settlements') }}

),

dated as (

    select
        orders.order_key,
        orders.customer_id,
        orders.sale_date,
        orders.refund_cny as order_refund_cny,
        greatest(cases.refund_date, orders.sale_date) as refund_date,
        cast(sum(cases.refund_cny) as decimal(18, 4)) as refund_cny
    from orders
    inner join cases
        on orders.platform = cases.platform and orders.order_id = cases.order_id
    where cases.refund_date is not null and cases.refund_cny > 0
    group by
        orders.order_key,
        orders.customer_id,
        orders.sale_date,
        orders.refund_cny,
        greatest(cases.refund_date, orders.sale_date)

),

cumulated as (

    select
        *,
        sum(refund_cny) over (
            partition by order_key
            order by refund_date asc nulls last
            rows between unbounded preceding and current row
        ) as cum_refund_cny,
        row_number() over (partition by order_key order by refund_date desc nulls last)
            as case_from_last
    from dated

),

booked as (

    select
        order_key,
        customer_id,
        sale_date,
        refund_date,
        true as is_refund_date_known,
        case
            when case_from_last = 1 then order_refund_cny
            else least(cum_refund_cny, order_refund_cny)
        end - least(cum_refund_cny - refund_cny, order_refund_cny) as refund_cny
    from cumulated

)

select
    order_key,
    customer_id,
    sale_date,
    refund_date,
    is_refund_date_known,
    cast(refund_cny as decimal(18, 4)) as refund_cny
from booked
where refund_cny <> 0
union all
select
    orders.order_key,
    orders.customer_id,
    orders.sale_date,
    orders.sale_date as refund_date,
    false as is_refund_date_known,
    cast(orders.refund_cny as decimal(18, 4)) as refund_cny
from orders
left join dated on orders.order_key = dated.order_key
where dated.order_key is null
