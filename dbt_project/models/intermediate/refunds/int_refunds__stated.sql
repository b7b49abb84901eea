-- What an export says was paid back, and when. Whether all of it counts, fct_refunds says.
with aftersale_map as (

    select * from {{ ref('aftersale_status_map') }}
    where platform = 'douyin' and is_refunded

),

douyin as (

    select
        'douyin:' || cases.aftersale_id_douyin as refund_key,
        -- the order's own account, so that refund and order meet
        coalesce(
            orders.order_key, 'douyin:' || cases.account || ':' || cases.main_order_id_douyin
        ) as order_key,
        cases.sub_order_id_douyin as sub_order_id,
        cases.aftersale_id_douyin as aftersale_id,
        'douyin' as platform,
        coalesce(orders.account, cases.account) as account,
        cases.aftersale_type as refund_kind,
        cases.reason as refund_reason,
        coalesce(cases.goods_refund_cny, 0)
        + coalesce(cases.shipping_refund_cny, 0)
        + coalesce(cases.tax_refund_cny, 0) as stated_refund_cny,
        coalesce(cases.refunded_at, cases.received_at, cases.finished_at) as refunded_at
    from {{ ref('stg_douyin__aftersales') }} as cases
    inner join aftersale_map on cases.aftersale_status = aftersale_map.aftersale_status
    left join {{ ref('int_orders__douyin') }} as orders
        on cases.main_order_id_douyin = orders.order_id

),

xiaohongshu_entries as (

    select
        order_id_xiaohongshu,
        aftersale_id_xiaohongshu,
        settled_at,
        transaction_type,
        max(account) as account,
        -sum(coalesce(goods_cny, 0) + coalesce(shipping_cny, 0)) as stated_refund_cny
    from {{ ref('stg_xiaohongshu__settlements') }}
    where coalesce(goods_cny, 0) + coalesce(shipping_cny, 0) < 0
    group by order_id_xiaohongshu, aftersale_id_xiaohongshu, settled_at, transaction_type

),

xiaohongshu as (

    select
        'xiaohongshu:' || entries.order_id_xiaohongshu
        || ':' || coalesce(entries.aftersale_id_xiaohongshu, '')
        || ':' || cast(entries.settled_at as string)
        || ':' || coalesce(entries.transaction_type, '') as refund_key,
        coalesce(
            orders.order_key,
            'xiaohongshu:' || entries.account || ':' || entries.order_id_xiaohongshu
        ) as order_key,
        cast(null as string) as sub_order_id,
        entries.aftersale_id_xiaohongshu as aftersale_id,
        'xiaohongshu' as platform,
        coalesce(orders.account, entries.account) as account,
        entries.transaction_type as refund_kind,
        cast(null as string) as refund_reason,
        entries.stated_refund_cny,
        entries.settled_at as refunded_at
    from xiaohongshu_entries as entries
    left join {{ ref('int_orders__xiaohongshu') }} as orders
        on entries.order_id_xiaohongshu = orders.order_id

),

kuaishou_entries as (

    select
        order_id_kuaishou,
        product_id_kuaishou,
        settled_at,
        max(account) as account,
        sum(abs(refund_cny)) as stated_refund_cny
    from {{ ref('stg_kuaishou__settlements') }}
    where refund_cny <> 0
    group by order_id_kuaishou, product_id_kuaishou, settled_at

),

kuaishou as (

    select
        'kuaishou:' || entries.order_id_kuaishou
        || ':' || coalesce(entries.product_id_kuaishou, '')
        || ':' || cast(entries.settled_at as string) as refund_key,
        coalesce(
            orders.order_key, 'kuaishou:' || entries.account || ':' || entries.order_id_kuaishou
        ) as order_key,
        cast(null as string) as sub_order_id,
        cast(null as string) as aftersale_id,
        'kuaishou' as platform,
        coalesce(orders.account, entries.account) as account,
        cast(null as string) as refund_kind,
        cast(null as string) as refund_reason,
        entries.stated_refund_cny,
        entries.settled_at as refunded_at
    from kuaishou_entries as entries
    left join {{ ref('int_orders__kuaishou') }} as orders
        on entries.order_id_kuaishou = orders.order_id

),

-- What a till takes back stands on a receipt, whose time is the refund's.
pos as (

    select
        order_key || ':returned' as refund_key,
        order_key,
        cast(null as string) as sub_order_id,
        cast(null as string) as aftersale_id,
        'pos' as platform,
        max(account) as account,
        cast(null as string) as refund_kind,
        cast(null as string) as refund_reason,
        sum(refund_cny) as stated_refund_cny,
        min(sold_at) as refunded_at
    from {{ ref('int_orders__pos_lines') }}
    where refund_cny > 0
    group by order_key

),

-- Of a paid order that is cancelled everything goes back; these files tell when that was.
cancelled as (

    {% for platform in platforms_that_date_cancellations() -%}
        select
            order_key || ':cancelled' as refund_key,
            order_key,
            cast(null as string) as sub_order_id,
            cast(null as string) as aftersale_id,
            platform,
            account,
            cast(null as string) as refund_kind,
            cast(null as string) as refund_reason,
            refund_cny as stated_refund_cny,
            cancelled_at as refunded_at
        from {{ ref('int_orders__' ~ platform) }}
        where is_closed and cancelled_at is not null and refund_cny > 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

unioned as (

    select * from douyin
    union all
    select * from xiaohongshu
    union all
    select * from kuaishou
    union all
    select * from pos
    union all
    select * from cancelled

)

select
    refund_key,
    order_key,
    sub_order_id,
    aftersale_id,
    platform,
    account,
    refund_kind,
    refund_reason,
    cast(stated_refund_cny as decimal(18, 4)) as stated_refund_cny,
    refunded_at
from unioned
