{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='touch_id',
        meta={'touches': {'touched_touches': 'touch_id'}}
    )
}}
with contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}
    where {{ from_new_files() }}

),

original_sources as (

    select * from {{ ref('channel_map_hubspot_source') }}

)

select
    'hubspot:' || contacts.account || ':' || contacts.hubspot_contact_id as touch_id,
    case when contacts.created_at is not null then 'web_contact_created' end as behaviour,
    'hubspot_contact_id' as identifier_type,
    contacts.account || ':' || contacts.hubspot_contact_id as identifier_value,
    cast(null as string) as order_key,
    'hubspot' as source,
    contacts.account,
    contacts.original_source as medium,
    cast(null as string) as campaign,
    original_sources.channel,
    false as is_channel_pending,
    contacts.created_at as touched_at
from contacts
left join original_sources on contacts.original_source = original_sources.original_source
