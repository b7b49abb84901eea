-- The intervals of a customer and view follow each other without gap, overlap or repetition, name
-- the tier before, and the last one is open.
with intervals as (

    select
        *,
        lag(valid_to) over (
            partition by customer_id, tier_view order by valid_from asc nulls last
        ) as previous_valid_to,
        lag(tier) over (
            partition by customer_id, tier_view order by valid_from asc nulls last
        ) as tier_before,
        lead(valid_from) over (
            partition by customer_id, tier_view order by valid_from asc nulls last
        ) as next_valid_from
    from {{ ref('customer_aipl_history') }}

)

select
    customer_id,
    tier_view,
    tier,
    valid_from,
    valid_to
from intervals
where
    coalesce(tier_before, '') <> coalesce(previous_tier, '')
    or coalesce(tier_before, '') = tier
    or (tier_before is not null and previous_valid_to is null)
    or previous_valid_to <> valid_from
    or (next_valid_from is null and valid_to is not null)
    or (tier_before is null and tier = {{ tier_outside() }})
