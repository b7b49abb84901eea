{{ config(materialized='incremental', incremental_strategy='touched_customers') }}
-- One tier per customer and day, that of its end, which is the highest of the day. Who ends a day
-- as it began has no row.
with changed_days as (

    select
        customer_id,
        tier_view,
        valid_from_date as change_date,
        min_by(coalesce(previous_tier, {{ tier_new() }}), valid_from) as from_tier,
        max_by(tier, valid_from) as to_tier,
        max_by(event_id, valid_from) as event_id
    from {{ ref('customer_aipl_history') }}
    where {{ touched_customers_only('customer_id') }}
    group by customer_id, tier_view, valid_from_date

)

select
    *,
    {{ tier_movement('from_tier', 'to_tier') }} as movement
from changed_days
where from_tier <> to_tier
