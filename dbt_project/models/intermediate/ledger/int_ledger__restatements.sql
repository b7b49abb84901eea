{{ config(materialized='view') }}
-- A view, and so is the mart: the comparison is made when all marts are built, just before they are
-- published.
select
    compared_version,
    metric,
    metric_label_zh,
    metric_date,
    published_value,
    restated_value,
    coalesce(restated_value, 0) - coalesce(published_value, 0) as value_difference,
    cause,
    late_rows,
    corrected_rows,
    refunded_rows,
    regrouped_rows,
    withdrawn_rows,
    is_same_day,
    is_rule_change,
    restated_at
from {{ ref('stg_ledger__restatements') }}
