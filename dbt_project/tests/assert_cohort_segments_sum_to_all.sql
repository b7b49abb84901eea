-- However the customers of a cohort are told apart, together they did the same.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_cohort'}}}) }}
{%- set measures = [
    'eligible_customers',
    'active_customers',
    'repeat_active',
    'active_on_or_after',
    'orders',
    'units',
    'revenue_gross_cny',
    'refund_cny',
] %}
with cells as (

    select
        cohort_kind,
        cohort_period_type,
        clock,
        segment_type,
        cohort_period,
        k,
        {{ sums_of(measures) }}
    from {{ ref('rpt_cohort') }}
    group by cohort_kind, cohort_period_type, clock, segment_type, cohort_period, k

),

segments as (

    select distinct
        cohort_kind,
        cohort_period_type,
        clock,
        segment_type
    from cells

)

select
    whole.cohort_kind,
    whole.cohort_period_type,
    whole.clock,
    segments.segment_type,
    whole.cohort_period,
    whole.k
from cells as whole
inner join segments
    on
        whole.cohort_kind = segments.cohort_kind
        and whole.cohort_period_type = segments.cohort_period_type
        and whole.clock = segments.clock
left join cells as parts
    on
        segments.cohort_kind = parts.cohort_kind
        and segments.cohort_period_type = parts.cohort_period_type
        and segments.clock = parts.clock
        and segments.segment_type = parts.segment_type
        and whole.cohort_period = parts.cohort_period
        and whole.k = parts.k
where
    whole.segment_type = 'all'
    and (
        parts.k is null
        {% for measure in measures -%}
            or whole.{{ measure }} <> parts.{{ measure }}
        {% endfor %}
    )
