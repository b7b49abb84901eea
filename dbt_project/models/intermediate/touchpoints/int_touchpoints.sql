{{
    config(
        materialized='incremental',
        incremental_strategy='touched_touches',
        meta={
            'distinct_texts': ['touch_id'],
            'touches': {
                'touched_customers': 'customer_id',
                'touched_conversions':
                    'case when customer_id is null then coalesce(order_key, touch_id) end'
            }
        }
    )
}}
with unioned as (

    {% for source in touch_sources() %}
        select
            touch_id,
            behaviour,
            identifier_type,
            identifier_value,
            order_key,
            source,
            account,
            medium,
            campaign,
            channel,
            is_channel_pending,
            touched_at
        from {{ ref('int_touchpoints__' ~ source) }}
        where {{ touched_touches_only('touch_id', 'order_key') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

classified as (

    select
        unioned.*,
        behaviours.tier,
        behaviours.is_attributable,
        coalesce(unioned.channel, behaviours.default_channel) as known_channel,
        identifiers.identifier_id,
        coalesce(identity_map.customer_id, orders.customer_id) as customer_id
    from unioned
    inner join {{ ref('aipl_behaviours') }} as behaviours
        on unioned.behaviour = behaviours.behaviour
    {{ join_customer('unioned', 'unioned.touched_at') }}
    left join {{ ref('int_orders') }} as orders
        on unioned.order_key = orders.order_key

)

select
    classified.touch_id,
    classified.identifier_id,
    classified.customer_id,
    classified.order_key,
    classified.behaviour,
    classified.tier,
    classified.source,
    classified.account,
    classified.medium,
    classified.campaign,
    classified.known_channel as channel,
    channels.domain,
    classified.customer_id is not null as is_identified,
    classified.is_attributable,
    coalesce(channels.is_direct, false) as is_direct,
    classified.is_channel_pending,
    classified.touched_at,
    {{ local_date('classified.touched_at') }} as touched_date
from classified
left join {{ ref('channels') }} as channels
    on classified.known_channel = channels.channel
