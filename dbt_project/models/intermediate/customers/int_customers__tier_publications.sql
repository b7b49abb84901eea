{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='published_at',
    full_refresh=false,
) }}
-- Written after the versions: a run that was killed before has published nothing, and the next one
-- compares with what the run before it had published.
-- depends_on: {{ ref('int_customers__tier_versions') }}
select
    {{ run_moment() }} as published_at,
    state.as_of_date,
    state.rules,
    state.identity_run_id,
    state.last_identifier_id
from {{ ref('int_customers__tier_state') }} as state
where state.as_of_date is not null
