-- The same cells as in rpt_cohort, one row per cohort and measure. A cell that is not there yet, or
-- whose rate nobody can know yet, is null.
{% for measure in cohort_triangle_measures() %}
    select
        as_of_date,
        {{ cohort_key_columns() }},
        '{{ measure }}' as measure,
        max(cohort_size) as cohort_size,
        max(case when is_mature then k end) as last_mature_k,
        {{ cohort_triangle_cells(measure) }}
    from {{ ref('rpt_cohort') }}
    where cohort_kind <> 'guest_order'
    group by as_of_date, {{ cohort_key_columns() }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
