{{
    config(
        materialized='incremental',
        incremental_strategy='touched_orders',
        meta={
            'distinct_texts': ['touch_id', 'order_key'],
            'touches': {'touched_touches': 'touch_id'}
        }
    )
}}
-- Orders that name the channel that sold them, known person or not. Douyin has a model of its own.
with orders as (

    {% for platform in ['wechat_shop', 'youzan', 'xiaohongshu', 'kuaishou', 'laike'] %}
        select
            order_key,
            platform,
            account,
            medium,
            campaign,
            channel,
            created_at
        from {{ ref('int_orders__' ~ platform) }}
        where channel is not null and {{ touched_orders_only('order_key') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    order_key || ':channel' as touch_id,
    'product_viewed' as behaviour,
    cast(null as string) as identifier_type,
    cast(null as string) as identifier_value,
    order_key,
    platform as source,
    account,
    medium,
    campaign,
    channel,
    false as is_channel_pending,
    created_at as touched_at
from orders
