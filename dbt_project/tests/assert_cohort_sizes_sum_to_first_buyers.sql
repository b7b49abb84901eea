-- In every way to cut them, the cohorts together are all who started: with a first contact, a
-- deposit or an order that counts, up to the as-of day.
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
        from {{ ref('int_cohort__customers') }} as started
        cross join {{ ref('int_calendar__as_of') }} as as_of
        where started.{{ start }} <= as_of.as_of_date
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
    union all
    -- said twice: buyers are who has an occasion
    select
        'first_order' as cohort_kind,
        count(*) as customers
    from {{ ref('int_orders__occasions') }} as occasions
    cross join {{ ref('int_calendar__as_of') }} as as_of
    where occasions.occasion_number = 1 and occasions.occasion_date <= as_of.as_of_date

)

select
    cohorts.*,
    starts.customers as started
from cohorts
inner join starts on cohorts.cohort_kind = starts.cohort_kind
where cohorts.customers <> starts.customers
