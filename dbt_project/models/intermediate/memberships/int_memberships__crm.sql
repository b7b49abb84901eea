{{ config(meta={'distinct_texts': ['membership_key']}) }}
with members as (

    select * from {{ ref('stg_crm__members') }}

),

status_map as (

    select * from {{ ref('member_status_map') }}

)

select
    'crm:' || members.account || ':' || members.member_id_crm as membership_key,
    'crm' as program,
    members.account,
    members.member_id_crm as member_id,
    members.merged_into_member_id_crm as merged_into_member_id,
    'crm_member_id' as identifier_type,
    members.member_id_crm as identifier_value,
    members.member_level,
    members.member_status,
    members.join_channel,
    members.store_name,
    members.guide_name,
    members.points,
    members.balance_cny,
    -- a CRM that exports no status exports only cards that are in use
    coalesce(status_map.is_active, true) as is_active,
    members.has_marketing_consent,
    members.joined_at
from members
left join status_map on members.member_status = status_map.member_status
