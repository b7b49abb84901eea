-- An operator's list names leads that the lead API delivers too: of one phone and second the API's
-- lead is kept, which knows what became of it. A HubSpot contact is a lead when it has a status.
with local_leads as (

    select
        'oceanengine:' || leads.account || ':' || leads.lead_id_oceanengine as lead_key,
        'oceanengine' as source,
        'local_leads' as export,
        leads.account,
        case when leads.lead_phone_key is not null then 'phone' end as identifier_type,
        leads.lead_phone_key as identifier_value,
        leads.unit_id,
        leads.unit_name,
        leads.clue_type as medium,
        states.lead_stage,
        coalesce(leads.flow_type, '(none)') as flow_type,
        coalesce(leads.action_type, '(none)') as action_type,
        leads.created_at
    from {{ ref('stg_oceanengine__local_leads') }} as leads
    left join {{ ref('lead_state_map') }} as states
        on leads.effective_state = states.effective_state

),

listed_leads as (

    select
        'oceanengine:' || account || ':' || md5(
            coalesce(lead_phone_key, '')
            || '|' || coalesce(lead_phone_masked, '')
            || '|' || cast(created_at as string)
            || '|' || coalesce(unit_id, '')
        ) as lead_key,
        'oceanengine' as source,
        'lead_table' as export,
        account,
        case when lead_phone_key is not null then 'phone' end as identifier_type,
        lead_phone_key as identifier_value,
        unit_id,
        unit_name,
        cast(null as string) as medium,
        cast(null as string) as lead_stage,
        'AD' as flow_type,
        '(none)' as action_type,
        created_at
    from {{ ref('stg_oceanengine__lead_table') }}

),

known as (

    select distinct
        identifier_value,
        created_at
    from local_leads
    where identifier_value is not null

),

oceanengine_leads as (

    select * from local_leads
    union all
    select listed_leads.*
    from listed_leads
    left join known
        on
            listed_leads.identifier_value = known.identifier_value
            and listed_leads.created_at = known.created_at
    where known.created_at is null

)

select
    leads.lead_key,
    leads.source,
    leads.export,
    leads.account,
    leads.identifier_type,
    leads.identifier_value,
    leads.unit_id,
    leads.unit_name,
    leads.medium,
    leads.lead_stage,
    channels.channel,
    leads.created_at
from oceanengine_leads as leads
left join {{ ref('channel_map_lead_action') }} as channels
    on leads.flow_type = channels.flow_type and leads.action_type = channels.action_type
union all
select
    'hubspot:' || contacts.account || ':' || contacts.hubspot_contact_id as lead_key,
    'hubspot' as source,
    'contacts' as export,
    contacts.account,
    'hubspot_contact_id' as identifier_type,
    contacts.account || ':' || contacts.hubspot_contact_id as identifier_value,
    cast(null as string) as unit_id,
    cast(null as string) as unit_name,
    contacts.original_source as medium,
    stages.lead_stage,
    channels.channel,
    contacts.created_at
from {{ ref('stg_hubspot__contacts') }} as contacts
left join {{ ref('lead_status_map') }} as stages on contacts.lead_status = stages.lead_status
left join {{ ref('channel_map_hubspot_source') }} as channels
    on contacts.original_source = channels.original_source
where contacts.lead_status is not null
