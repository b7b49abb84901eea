{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='touch_id',
        meta={
            'distinct_texts': ['touch_id'],
            'touches': {'touched_touches': 'touch_id'}
        }
    )
}}
-- One customer row tells of up to four touches, each with a time of its own. The file has no
-- customer number: a row is known by what its snapshot is keyed by.
with customers as (

    select
        *,
        'youzan:' || account || ':' || md5(
            coalesce(customer_phone_key, '')
            || '|' || coalesce(customer_phone_masked, '')
            || '|' || coalesce(customer_nick_masked, '')
            || '|' || coalesce(cast(became_customer_at as string), '')
        ) as customer_row_key
    from {{ ref('stg_youzan__customers') }}
    where {{ from_new_files() }}

),

sources as (

    select * from {{ ref('channel_map_youzan_source') }}

),

touches as (

    select
        customer_row_key || ':customer' as touch_id,
        'shop_customer_created' as behaviour,
        customer_phone_key,
        account,
        source_channel,
        source_way as medium,
        became_customer_at as touched_at
    from customers
    union all
    select
        customer_row_key || ':member' as touch_id,
        'shop_membership_joined' as behaviour,
        customer_phone_key,
        account,
        cast(null as string) as source_channel,
        cast(null as string) as medium,
        became_member_at as touched_at
    from customers
    union all
    select
        customer_row_key || ':follow' as touch_id,
        'shop_account_followed' as behaviour,
        customer_phone_key,
        account,
        cast(null as string) as source_channel,
        cast(null as string) as medium,
        followed_official_account_at as touched_at
    from customers
    union all
    select
        customer_row_key || ':visit' as touch_id,
        'shop_visited' as behaviour,
        customer_phone_key,
        account,
        cast(null as string) as source_channel,
        cast(null as string) as medium,
        last_visited_at as touched_at
    from customers

)

select
    touches.touch_id,
    case when touches.touched_at is not null then touches.behaviour end as behaviour,
    case when touches.customer_phone_key is not null then 'phone' end as identifier_type,
    touches.customer_phone_key as identifier_value,
    cast(null as string) as order_key,
    'youzan' as source,
    touches.account,
    touches.medium,
    cast(null as string) as campaign,
    sources.channel,
    false as is_channel_pending,
    touches.touched_at
from touches
left join sources on touches.source_channel = sources.source_channel
