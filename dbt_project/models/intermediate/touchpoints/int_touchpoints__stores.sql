{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='visit_key',
        meta={
            'distinct_texts': ['touch_id', 'visit_key'],
            'touches': {'touched_touches': 'touch_id'}
        }
    )
}}
with visits as (

    select
        *,
        'stores:' || account || ':' || store_name || ':' || cast(visited_at as string) || ':'
        || md5(
            coalesce(member_id_crm, '')
            || '|' || coalesce(visitor_phone_key, '')
            || '|' || coalesce(visitor_phone_masked, '')
        ) as visit_key
    from {{ ref('stg_stores__visits') }}
    where {{ from_new_files() }}

),

visit_channels as (

    select * from {{ ref('channel_map_store_visit') }}

)

select
    visits.visit_key || ':' || cast(visits.visit_number as string) as touch_id,
    visits.visit_key,
    visits.store_name,
    visits.guide_name,
    visits.amount_cny,
    visits.has_bought,
    'store_visited' as behaviour,
    case
        when visits.member_id_crm is not null then 'crm_member_id'
        when visits.visitor_phone_key is not null then 'phone'
    end as identifier_type,
    coalesce(visits.member_id_crm, visits.visitor_phone_key) as identifier_value,
    cast(null as string) as order_key,
    'stores' as source,
    visits.account,
    visits.visit_channel as medium,
    visits.store_name as campaign,
    visit_channels.channel,
    false as is_channel_pending,
    visits.visited_at as touched_at
from visits
left join visit_channels on visits.visit_channel = visit_channels.visit_channel
