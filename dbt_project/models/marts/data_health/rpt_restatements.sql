{{ config(materialized='view') }}
select
    as_of.as_of_date,
    restatements.compared_version,
    restatements.metric,
    restatements.metric_label_zh,
    restatements.metric_date,
    restatements.published_value,
    restatements.restated_value,
    restatements.value_difference,
    restatements.cause as restatement_cause,
    restatements.late_rows,
    restatements.corrected_rows,
    restatements.refunded_rows,
    restatements.regrouped_rows,
    restatements.withdrawn_rows,
    restatements.is_same_day,
    restatements.is_rule_change,
    restatements.restated_at
from {{ ref('int_ledger__restatements') }} as restatements
cross join {{ ref('int_calendar__as_of') }} as as_of
