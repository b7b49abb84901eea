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
        count(*) as order_lines
    from {{ ref('stg_douyin__orders') }}
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
