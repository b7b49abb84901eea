-- The earliest touch of a person's whole history, also one after the first order.
with touchpoints as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by touched_at asc nulls last, touch_id asc nulls last
        ) as touch_number
    from {{ ref('int_touchpoints') }}
    where is_identified and is_attributable and touched_at is not null

)

select
    customer_id,
    touch_id,
    touched_at,
    coalesce(channel, {{ channel_none() }}) as channel,
    coalesce(domain, {{ channel_none() }}) as domain
from touchpoints
where touch_number = 1
