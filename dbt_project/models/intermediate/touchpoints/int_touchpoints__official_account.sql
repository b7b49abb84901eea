with followers as (

    select * from {{ ref('stg_official_account__followers') }}
    where subscribed_at is not null

),

scenes as (

    select * from {{ ref('channel_map_official_account_scene') }}

)

select
    'official_account:' || followers.account || ':' || followers.openid as touch_id,
    case
        when coalesce(scenes.is_acquisition, true) then 'official_account_followed'
        else 'official_account_migrated'
    end as behaviour,
    'wechat_openid' as identifier_type,
    followers.account || ':' || followers.openid as identifier_value,
    cast(null as string) as order_key,
    'official_account' as source,
    followers.account,
    scenes.label_zh as medium,
    followers.qr_scene_str as campaign,
    scenes.channel,
    false as is_channel_pending,
    followers.subscribed_at as touched_at
from followers
left join scenes on followers.subscribe_scene = scenes.subscribe_scene
