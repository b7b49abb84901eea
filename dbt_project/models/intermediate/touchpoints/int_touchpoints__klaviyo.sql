{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='touch_id',
        meta={'touches': {'touched_touches': 'touch_id'}}
    )
}}
select
    'klaviyo:' || account || ':' || klaviyo_id as touch_id,
    case when has_email_consent then 'newsletter_subscribed' end as behaviour,
    'klaviyo_profile_id' as identifier_type,
    account || ':' || klaviyo_id as identifier_value,
    cast(null as string) as order_key,
    'klaviyo' as source,
    account,
    profile_source as medium,
    cast(null as string) as campaign,
    cast(null as string) as channel,
    false as is_channel_pending,
    coalesce(email_consent_at, added_at, created_at) as touched_at
from {{ ref('stg_klaviyo__profiles') }}
where {{ from_new_files() }}
