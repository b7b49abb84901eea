-- Each cell of the triangle is the cell of the long view, and there are no others.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_cohort_triangle'}}}) }}
with triangle as (

    {% for k in range(25) %}
        select
            {{ cohort_key_columns() }},
            measure,
            {{ k }} as k,
            k{{ k }} as value
        from {{ ref('rpt_cohort_triangle') }}
        where k{{ k }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

cells as (

    {% for measure in cohort_triangle_measures() %}
        select
            {{ cohort_key_columns() }},
            '{{ measure }}' as measure,
            k,
            cast({{ measure }} as double) as value
        from {{ ref('rpt_cohort') }}
        where k <= 24 and cohort_kind <> 'guest_order' and {{ measure }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

unioned as (

    select
        triangle.*,
        1 as side
    from triangle
    union all
    select
        cells.*,
        -1 as side
    from cells

)

select
    {{ cohort_key_columns() }},
    measure,
    k
from unioned
group by {{ cohort_key_columns() }}, measure, k
having sum(side) <> 0 or min(value) <> max(value)
