{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['platform', 'order_id'],
        meta={
            'distinct_texts': ['order_key', 'order_id'],
            'touches': {'touched_customers': 'customer_id', 'touched_orders': 'order_key'}
        }
    )
}}
with unioned as (

    {% for platform in order_platforms() %}
        select
            order_key,
            platform,
            account,
            order_id,
            identifier_type,
            identifier_value,
            order_status,
            province,
            city,
            store_name,
            channel,
            is_paid,
            is_closed,
            is_channel_pending,
            cast(total_cny as decimal(18, 4)) as total_cny,
            cast(gmv_cny as decimal(18, 4)) as gmv_cny,
            cast(refund_cny as decimal(18, 4)) as refund_cny,
            cast(net_gmv_cny as decimal(18, 4)) as net_gmv_cny,
            cast(received_cny as decimal(18, 4)) as received_cny,
            cast(quantity as decimal(18, 4)) as quantity,
            created_at,
            paid_at,
            file_id
        from {{ ref('int_orders__' ~ platform) }}
        where {{ touched_order_ids_only(platform, 'order_id', with_identifiers=true) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

identified as (

    select
        unioned.*,
        identifiers.identifier_id,
        identity_map.customer_id
    from unioned
    {{ join_customer('unioned', 'coalesce(unioned.created_at, unioned.paid_at)') }}

)

select
    order_key,
    platform,
    account,
    order_id,
    identifier_id,
    customer_id,
    order_status,
    province,
    city,
    store_name,
    channel,
    customer_id is not null as is_identified,
    is_paid,
    is_closed,
    {{ is_purchase() }} as is_valid,
    is_channel_pending,
    total_cny,
    gmv_cny,
    refund_cny,
    net_gmv_cny,
    received_cny,
    quantity,
    created_at,
    {{ local_date('created_at') }} as created_date,
    paid_at,
    {{ local_date('paid_at') }} as paid_date,
    coalesce(paid_at, created_at) as sale_at,
    {{ local_date('coalesce(paid_at, created_at)') }} as sale_date,
    file_id
from identified
