{{ config(meta={'distinct_texts': ['group_membership_key']}) }}
with memberships as (

    select * from {{ ref('int_wecom__group_memberships') }}

),

join_scenes as (

    select * from {{ ref('channel_map_wecom_join_scene') }}

)

select
    memberships.group_membership_key,
    identifiers.identifier_id,
    identity_map.customer_id,
    memberships.chat_id,
    memberships.owner_userid,
    memberships.inviter_userid,
    'wecom' as source,
    memberships.account,
    memberships.group_name,
    memberships.group_type,
    join_scenes.label_zh as medium,
    join_scenes.channel,
    identity_map.customer_id is not null as is_identified,
    memberships.is_customer,
    memberships.has_left,
    memberships.joined_at,
    {{ local_date('memberships.joined_at') }} as joined_date,
    memberships.last_seen_at,
    memberships.missed_at,
    {{ local_date('memberships.missed_at') }} as left_date
from memberships
left join join_scenes on memberships.join_scene = join_scenes.join_scene
{{ join_customer('memberships', 'memberships.joined_at') }}
