-- The intervals of a customer and view follow each other without gap, overlap or repetition, name
-- the tier before, and the last one is open.
{%- set in_time -%}
    partition by customer_id, is_active order by valid_from asc nulls last
{%- endset %}
-- views and tiers as numbers: sorting texts along costs half as much again
with ranked as (

    select
        customer_id,
        tier_view = 'active' as is_active,
        {{ tier_rank('tier') }} as tier_rank,
        case when previous_tier is not null then {{ tier_rank('previous_tier') }} end
            as previous_rank,
        valid_from,
        valid_to
    from {{ ref('customer_aipl_history') }}

),

intervals as (

    select
        *,
        lag(valid_to) over ({{ in_time }}) as previous_valid_to,
        lag(tier_rank) over ({{ in_time }}) as rank_before,
        lead(valid_from) over ({{ in_time }}) as next_valid_from
    from ranked

)

select
    customer_id,
    is_active,
    tier_rank,
    valid_from,
    valid_to
from intervals
where
    coalesce(rank_before, -1) <> coalesce(previous_rank, -1)
    or rank_before = tier_rank
    or (rank_before is not null and previous_valid_to is null)
    or previous_valid_to <> valid_from
    or (next_valid_from is null and valid_to is not null)
    or (rank_before is null and tier_rank = 0)
