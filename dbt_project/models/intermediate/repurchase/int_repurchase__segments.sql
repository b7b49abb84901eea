-- Segments by number: groups are counted by whole numbers, a third of the cost of texts.
with segments as (

    select
        'all' as segment_type,
        'all' as segment_value
    {% for column in repurchase_segments() -%}
        union all
        select
            '{{ column }}' as segment_type,
            {{ column }} as segment_value
        from {{ ref('int_cohort__members') }}
        where first_order_date is not null
        group by {{ column }}
    {% endfor %}
)

select
    row_number() over (order by segment_type asc nulls last, segment_value asc nulls last)
        as segment_id,
    segment_type,
    segment_value
from segments
