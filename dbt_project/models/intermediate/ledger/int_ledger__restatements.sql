{{ config(materialized='view') }}
-- A view, and so is the mart: the comparison is made when all marts are built, just before they are
-- published.
select
    *,
    coalesce(restated_value, 0) - coalesce(published_value, 0) as value_difference
from {{ ref('stg_ledger__restatements') }}
