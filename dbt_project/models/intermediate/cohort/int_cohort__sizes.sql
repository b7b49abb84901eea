-- Customers whose cells mature on the same k stand together: one row per calendar cohort, and more
-- of a rolling one.
with members as (

    select * from {{ ref('int_cohort__members') }}

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

started as (

    {% for cut in cohort_cuts() %}
        select
            {{ cohort_cut_columns(cut) }},
            mature_k,
            max(observed_k) as observed_k,
            cast({{ cut.max_k }} as integer) as max_k,
            count(*) as cohort_size,
            min(start_date) as first_start_date,
            max(start_date) as last_start_date
        from (
            select
                members.*,
                members.{{ cut.start }} as start_date,
                {{ period_number(cut.period, 'members.' ~ cut.start) }} as cohort_number,
                {{ cohort_mature_k(cut, 'members.' ~ cut.start, 'as_of.as_of_date') }} as mature_k,
                {{ cohort_k(cut, 'members.' ~ cut.start, 'as_of.as_of_date') }} as observed_k
            from members
            cross join as_of
            where members.{{ cut.start }} <= as_of.as_of_date
        ) as placed
        {{ group_by_family(cut, 'cohort_number, mature_k') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

{{ by_segment('started', 'cohort_number, mature_k, max_k', {
    'observed_k': 'max', 'cohort_size': 'sum', 'first_start_date': 'min', 'last_start_date': 'max'
}) }}
