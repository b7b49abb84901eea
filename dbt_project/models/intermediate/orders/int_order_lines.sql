{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['platform', 'order_id'],
        meta={
            'distinct_texts': ['order_key', 'order_id', 'sub_order_id'],
            'touches': {'touched_orders': 'order_key'}
        }
    )
}}
with unioned as (

    {% for platform in order_platforms() %}
        select
            order_key,
            '{{ platform }}' as platform,
            order_id,
            sub_order_id,
            product_id,
            product_code,
            product_title,
            line_status,
            cast(quantity as decimal(18, 4)) as quantity,
            cast(unit_price_cny as decimal(18, 4)) as unit_price_cny,
            cast(amount_cny as decimal(18, 4)) as amount_cny,
            cast(refund_cny as decimal(18, 4)) as refund_cny,
            file_id,
            line_number
        from {{ ref('int_orders__' ~ platform ~ '_lines') }}
        where {{ touched_order_ids_only(platform, 'order_id') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    *,
    row_number() over (
        partition by order_key
        order by sub_order_id asc nulls last, file_id asc nulls last, line_number asc nulls last
    ) as line_in_order
from unioned
