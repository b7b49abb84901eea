{#- The platforms of int_orders__<platform> and its lines: int_orders is their union. -#}
{% macro order_platforms() -%}
    {{ return([
        'tmall',
        'douyin',
        'wechat_shop',
        'youzan',
        'jd',
        'xiaohongshu',
        'kuaishou',
        'tiktok_shop',
        'shopify',
        'laike',
        'pos',
    ]) }}
{%- endmacro %}

{#- Platforms whose orders tell when they were cancelled: cancelled_at of their int_orders__. -#}
{% macro platforms_that_date_cancellations() -%}
    {{ return(['shopify', 'tiktok_shop']) }}
{%- endmacro %}
