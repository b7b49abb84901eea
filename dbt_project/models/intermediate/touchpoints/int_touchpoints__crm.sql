{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='identifier_value',
        meta={
            'distinct_texts': ['touch_id'],
            'touches': {'touched_touches': 'touch_id'}
        }
    )
}}
with members as (

    select * from {{ ref('stg_crm__members') }}
    where {{ from_new_files() }}

),

join_channels as (

    select * from {{ ref('channel_map_crm_join_channel') }}

)

select
    'crm:' || members.account || ':' || members.member_id_crm as touch_id,
    case when members.joined_at is not null then 'membership_joined' end as behaviour,
    'crm_member_id' as identifier_type,
    members.member_id_crm as identifier_value,
    cast(null as string) as order_key,
    'crm' as source,
    members.account,
    members.join_channel as medium,
    members.store_name as campaign,
    join_channels.channel,
    false as is_channel_pending,
    members.joined_at as touched_at
from members
left join join_channels on members.join_channel = join_channels.join_channel
