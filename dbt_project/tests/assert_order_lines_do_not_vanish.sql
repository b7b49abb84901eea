-- Every line that staging holds is in fct_order_lines.
{{ config(meta={'dagster': {'ref': {'name': 'fct_order_lines'}}}) }}
with staged as (

    select
        'tmall' as platform,
        count(*) as order_lines
    from {{ ref('stg_tmall__items') }}
    union all
    select
        'douyin' as platform,
        coalesce(sum(sub_orders), 0) as order_lines
    from {{ ref('stg_douyin__orders') }}
    union all
    select
        'wechat_shop' as platform,
        count(*) as order_lines
    from {{ ref('stg_wechat_shop__orders') }}
    union all
    select
        'youzan' as platform,
        coalesce(sum(joined_products), 0) as order_lines
    from {{ ref('stg_youzan__orders') }}
    union all
    select
        'jd' as platform,
        count(*) as order_lines
    from {{ ref('stg_jd__orders') }}
    union all
    select
        'xiaohongshu' as platform,
        count(*) as order_lines
    from {{ ref('stg_xiaohongshu__orders') }}
    union all
    select
        'kuaishou' as platform,
        count(*) as order_lines
    from {{ ref('stg_kuaishou__orders') }}
    union all
    select
        'tiktok_shop' as platform,
        count(*) as order_lines
    from {{ ref('stg_tiktok_shop__orders') }}
    union all
    select
        'shopify' as platform,
        count(*) as order_lines
    from {{ ref('stg_shopify__orders') }}
    union all
    select
        'laike' as platform,
        count(*) as order_lines
    from {{ ref('stg_laike__sales') }}
    union all
    select
        'pos' as platform,
        count(*) as order_lines
    from {{ ref('stg_pos__sales') }}

),

counted as (

    select
        platform,
        count(*) as order_lines
    from {{ ref('fct_order_lines') }}
    group by platform

)

select
    staged.platform,
    staged.order_lines as staged_lines,
    coalesce(counted.order_lines, 0) as counted_lines
from staged
left join counted on staged.platform = counted.platform
where staged.order_lines <> coalesce(counted.order_lines, 0)
