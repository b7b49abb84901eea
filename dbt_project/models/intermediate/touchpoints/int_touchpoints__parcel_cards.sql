{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='touch_id',
        meta={'touches': {'touched_touches': 'touch_id'}}
    )
}}
select
    'parcel_cards:' || account || ':' || openid || ':' || cast(scanned_at as string) || ':'
    || coalesce(card_batch, '') as touch_id,
    'parcel_card_scanned' as behaviour,
    'wechat_openid' as identifier_type,
    account || ':' || openid as identifier_value,
    cast(null as string) as order_key,
    'parcel_cards' as source,
    account,
    card_batch as medium,
    state as campaign,
    cast(null as string) as channel,
    false as is_channel_pending,
    scanned_at as touched_at
from {{ ref('stg_parcel_cards__scans') }}
where {{ from_new_files() }}
