-- The intervals of a customer follow each other without gap or overlap, each on a higher tier.
with intervals as (

    select
        *,
        lag(valid_to)
            over (partition by customer_id order by valid_from asc nulls last)
            as previous_valid_to,
        lag(tier_rank)
            over (partition by customer_id order by valid_from asc nulls last)
            as previous_rank
    from {{ ref('customer_aipl_history') }}

)

select
    customer_id,
    tier,
    valid_from,
    previous_valid_to
from intervals
where
    previous_rank is not null
    and (previous_valid_to is null or previous_valid_to <> valid_from or previous_rank >= tier_rank)
