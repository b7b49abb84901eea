-- What tiers rest on in this run. A changed fingerprint of the rules explains every change; that of
-- the models changes with their SQL.
{%- set models = fingerprint_of(
    ['customer_aipl_history', 'int_customers__tier_evidence']
) | trim %}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

profile as (

    select
        cast(aipl_awareness_days as string)
        || ',' || cast(aipl_interest_days as string)
        || ',' || cast(aipl_purchase_days as string)
        || ',' || cast(aipl_loyalty_days as string) as windows
    from {{ ref('industry_profiles') }}
    where industry_profile = {{ var('industry_profile', 1) }}

),

behaviours as (

    select {{ distinct_values("behaviour || ' ' || tier") }} as tiers
    from {{ ref('aipl_behaviours') }}

),

runs as (

    select coalesce(max(run_id), 0) as identity_run_id
    from {{ ref('stg_identity__runs') }}

),

identifiers as (

    select coalesce(max(identifier_id), 0) as last_identifier_id
    from {{ ref('stg_identity__identifiers') }}

)

select
    as_of.as_of_date,
    md5(profile.windows || ';' || behaviours.tiers || ';{{ models }}') as rules,
    runs.identity_run_id,
    identifiers.last_identifier_id
from as_of
cross join profile
cross join behaviours
cross join runs
cross join identifiers
