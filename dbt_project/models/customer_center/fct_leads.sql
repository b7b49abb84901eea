{{
    config(
        materialized='incremental',
        incremental_strategy='by_difference',
        unique_key='lead_key',
        meta={'touches': {'touched_customers': 'customer_id', 'touched_conversions': 'lead_key'}}
    )
}}
with leads as (

    select * from {{ ref('int_leads') }}

)

select
    leads.lead_key,
    identifiers.identifier_id,
    identity_map.customer_id,
    leads.unit_id,
    leads.source,
    leads.export,
    leads.account,
    leads.medium,
    leads.unit_name,
    leads.lead_stage,
    leads.channel,
    identity_map.customer_id is not null as is_identified,
    leads.created_at as lead_at,
    {{ local_date('leads.created_at') }} as lead_date
from leads
{{ join_customer('leads', 'leads.created_at') }}
