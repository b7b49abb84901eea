{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='published_at',
    full_refresh=false,
) }}
-- Written after the versions, before the run is published. What is written here and there without a
-- version that came after it is taken back before the next run (pipelines.restatement).
-- depends_on: {{ ref('int_customers__tier_versions') }}
select
    {{ run_moment() }} as published_at,
    state.as_of_date,
    state.rules,
    state.identity_run_id,
    state.last_identifier_id
from {{ ref('int_customers__tier_state') }} as state
where state.as_of_date is not null
