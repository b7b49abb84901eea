-- Segments by number: groups are counted by whole numbers, a third of the cost of texts. Products
-- beyond the most frequent ones share a segment.
with first_orders as (

    select * from {{ ref('int_customers__first_order') }}

),

products as (

    select
        first_product,
        row_number() over (order by count(*) desc nulls last, first_product asc nulls last)
            as product_rank
    from first_orders
    where first_product is not null
    group by first_product

),

segments as (

    select
        'all' as segment_type,
        'all' as segment_value
    union all
    select
        'first_product' as segment_type,
        first_product as segment_value
    from products
    where product_rank <= {{ var('repurchase_segment_products', 30) }}
    union all
    select
        'first_product' as segment_type,
        {{ product_other() }} as segment_value
    union all
    select
        'first_product' as segment_type,
        {{ product_none() }} as segment_value
    {% for kind in ['channel', 'domain'] -%}
        union all
        select
            'first_{{ kind }}' as segment_type,
            {{ kind }} as segment_value
        from {{ ref('int_customers__first_touch') }}
        group by {{ kind }}
        union all
        select
            'first_{{ kind }}' as segment_type,
            {{ channel_unattributed() }} as segment_value
    {% endfor %}
)

select
    row_number() over (order by segment_type asc nulls last, segment_value asc nulls last)
        as segment_id,
    segment_type,
    segment_value
from segments
