-- In every way to cut them, the cohorts together are all who started: with a first contact, a deposit
-- or an order that counts, up to the as-of day.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_cohort'}}}) }}
with cohorts as (

    select
        cohort_kind,
        cohort_period_type,
        clock,
        segment_type,
        sum(cohort_size) as customers
    from {{ ref('rpt_cohort') }}
    where k = 0 and cohort_kind <> 'guest_order'
    group by cohort_kind, cohort_period_type, clock, segment_type

),

starts as (

    {% for kind, start in cohort_kinds().items() %}
        select
            '{{ kind }}' as cohort_kind,
            count(*) as customers
        from {{ ref('int_cohort__customers') }}
        inner join {{ ref('int_calendar__as_of') }} on {{ start }} <= as_of_date
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
    union all
    -- said twice: buyers are who has an occasion
    select
        'first_order' as cohort_kind,
        count(*) as customers
    from {{ ref('int_orders__occasions') }}
    inner join {{ ref('int_calendar__as_of') }} on occasion_date <= as_of_date
    where occasion_number = 1

)

select
    cohorts.*,
    starts.customers as started
from cohorts
inner join starts on cohorts.cohort_kind = starts.cohort_kind
where cohorts.customers <> starts.customers
