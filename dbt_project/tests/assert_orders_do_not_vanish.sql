-- Every order that staging holds is in fct_orders once, and nothing else is.
{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}
with staged as (

    select
        'tmall' as platform,
        count(distinct order_id_tmall) as orders
    from {{ ref('stg_tmall__orders') }}
    union all
    select
        'douyin' as platform,
        count(distinct main_order_id_douyin) as orders
    from {{ ref('stg_douyin__orders') }}
    union all
    select
        'wechat_shop' as platform,
        count(distinct order_id_wechat) as orders
    from {{ ref('stg_wechat_shop__orders') }}
    union all
    select
        'youzan' as platform,
        count(distinct order_id_youzan) as orders
    from {{ ref('stg_youzan__orders') }}
    union all
    select
        'jd' as platform,
        count(distinct order_id_jd) as orders
    from {{ ref('stg_jd__orders') }}
    union all
    select
        'xiaohongshu' as platform,
        count(distinct order_id_xiaohongshu) as orders
    from {{ ref('stg_xiaohongshu__orders') }}
    union all
    select
        'kuaishou' as platform,
        count(distinct order_id_kuaishou) as orders
    from {{ ref('stg_kuaishou__orders') }}
    union all
    select
        'tiktok_shop' as platform,
        count(distinct order_id_tiktok) as orders
    from {{ ref('stg_tiktok_shop__orders') }}
    union all
    select
        'shopify' as platform,
        count(distinct account || ':' || order_name) as orders
    from {{ ref('stg_shopify__orders') }}
    union all
    select
        'laike' as platform,
        count(distinct order_id_laike) as orders
    from {{ ref('stg_laike__sales') }}
    union all
    select
        'pos' as platform,
        count(distinct order_key) as orders
    from {{ ref('int_orders__pos_lines') }}

),

counted as (

    select
        platform,
        count(*) as orders
    from {{ ref('fct_orders') }}
    group by platform

)

select
    staged.platform,
    staged.orders as staged_orders,
    coalesce(counted.orders, 0) as counted_orders
from staged
left join counted on staged.platform = counted.platform
where staged.orders <> coalesce(counted.orders, 0)
