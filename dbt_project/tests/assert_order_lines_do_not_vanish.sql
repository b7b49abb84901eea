-- Every line that staging holds is in fct_order_lines.
{{ config(meta={'dagster': {'ref': {'name': 'fct_order_lines'}}}) }}
-- A row of Douyin and Youzan may join several lines.
{% set staged_lines = {
    'tmall': ('stg_tmall__items', 'count(*)'),
    'douyin': ('stg_douyin__orders', 'coalesce(sum(sub_orders), 0)'),
    'wechat_shop': ('stg_wechat_shop__orders', 'count(*)'),
    'youzan': ('stg_youzan__orders', 'coalesce(sum(joined_products), 0)'),
    'jd': ('stg_jd__orders', 'count(*)'),
    'xiaohongshu': ('stg_xiaohongshu__orders', 'count(*)'),
    'kuaishou': ('stg_kuaishou__orders', 'count(*)'),
    'tiktok_shop': ('stg_tiktok_shop__orders', 'count(*)'),
    'shopify': ('stg_shopify__orders', 'count(*)'),
    'laike': ('stg_laike__sales', 'count(*)'),
    'pos': ('stg_pos__sales', 'count(*)'),
} %}
with staged as (

    {% for platform, (model, order_lines) in staged_lines.items() %}
        select
            '{{ platform }}' as platform,
            {{ order_lines }} as order_lines
        from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

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
