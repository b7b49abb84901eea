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
