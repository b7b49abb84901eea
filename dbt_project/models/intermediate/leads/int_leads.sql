-- An operator's list names leads that the lead API delivers too: of one phone and second the API's
-- lead is kept, which knows what became of it.
with local_leads as (

    select
        'oceanengine:' || account || ':' || lead_id_oceanengine as lead_key,
        'local_leads' as export,
        account,
        lead_phone_key,
        unit_id,
        unit_name,
        flow_type,
        action_type,
        clue_type,
        effective_state,
        created_at
    from {{ ref('stg_oceanengine__local_leads') }}

),

listed_leads as (

    select
        'oceanengine:' || account || ':' || md5(
            coalesce(lead_phone_key, '')
            || '|' || coalesce(lead_phone_masked, '')
            || '|' || cast(created_at as string)
            || '|' || coalesce(unit_id, '')
        ) as lead_key,
        'lead_table' as export,
        account,
        lead_phone_key,
        unit_id,
        unit_name,
        'AD' as flow_type,
        cast(null as string) as action_type,
        cast(null as string) as clue_type,
        cast(null as integer) as effective_state,
        created_at
    from {{ ref('stg_oceanengine__lead_table') }}

),

known as (

    select distinct
        lead_phone_key,
        created_at
    from local_leads
    where lead_phone_key is not null

),

leads as (

    select * from local_leads
    union all
    select listed_leads.*
    from listed_leads
    left join known
        on
            listed_leads.lead_phone_key = known.lead_phone_key
            and listed_leads.created_at = known.created_at
    where known.created_at is null

)

select
    leads.lead_key,
    'oceanengine' as source,
    leads.export,
    leads.account,
    leads.lead_phone_key,
    leads.unit_id,
    leads.unit_name,
    leads.clue_type,
    states.lead_stage,
    channels.channel,
    leads.created_at
from leads
left join {{ ref('lead_state_map') }} as states
    on leads.effective_state = states.effective_state
left join {{ ref('channel_map_lead_action') }} as channels
    on
        coalesce(leads.flow_type, '(none)') = channels.flow_type
        and coalesce(leads.action_type, '(none)') = channels.action_type
