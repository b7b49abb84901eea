-- In the lifetime view each interval lies on a higher tier than the one before it, and nobody is
-- ever outside.
with intervals as (

    select
        *,
        lag(tier_rank)
            over (partition by customer_id order by valid_from asc nulls last)
            as previous_rank
    from {{ ref('customer_aipl_history') }}
    where tier_view = 'lifetime'

)

select
    customer_id,
    tier,
    valid_from,
    previous_rank
from intervals
where previous_rank >= tier_rank or tier = {{ tier_outside() }}
