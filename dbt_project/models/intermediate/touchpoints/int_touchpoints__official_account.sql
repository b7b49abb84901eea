{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='touch_id',
        meta={
            'distinct_texts': ['touch_id', 'identifier_value'],
            'touches': {'touched_touches': 'touch_id'}
        }
    )
}}
with follows as (

    select * from {{ ref('stg_official_account__follows') }}
    where {{ from_new_files() }}

),

scenes as (

    select * from {{ ref('channel_map_official_account_scene') }}

)

select
    'official_account:' || follows.account || ':' || follows.openid || ':'
    || cast(follows.subscribed_at as string) as touch_id,
    case
        when coalesce(scenes.is_acquisition, true) then 'official_account_followed'
        else 'official_account_migrated'
    end as behaviour,
    'wechat_openid' as identifier_type,
    follows.account || ':' || follows.openid as identifier_value,
    cast(null as string) as order_key,
    'official_account' as source,
    follows.account,
    scenes.label_zh as medium,
    follows.qr_scene_str as campaign,
    scenes.channel,
    false as is_channel_pending,
    follows.subscribed_at as touched_at
from follows
left join scenes on follows.subscribe_scene = scenes.subscribe_scene
