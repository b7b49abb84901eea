{{
    config(
        materialized='incremental',
        incremental_strategy='by_difference',
        unique_key='touch_id',
        meta={
            'distinct_texts': ['touch_id'],
            'touches': {'touched_touches': 'touch_id'}
        }
    )
}}
-- Staff are members of groups as well: their joining is no touch.
with memberships as (

    select * from {{ ref('int_wecom__group_memberships') }}
    where is_customer

),

join_scenes as (

    select * from {{ ref('channel_map_wecom_join_scene') }}

)

select
    'wecom_group:' || memberships.group_membership_key as touch_id,
    'wecom_group_joined' as behaviour,
    memberships.identifier_type,
    memberships.identifier_value,
    cast(null as string) as order_key,
    'wecom' as source,
    memberships.account,
    join_scenes.label_zh as medium,
    coalesce(memberships.group_name, memberships.chat_id) as campaign,
    join_scenes.channel,
    false as is_channel_pending,
    memberships.joined_at as touched_at
from memberships
left join join_scenes on memberships.join_scene = join_scenes.join_scene
