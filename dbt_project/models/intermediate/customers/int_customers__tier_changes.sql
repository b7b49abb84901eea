{{ config(materialized='view') }}
-- One tier per customer and day, that of its end, which is the highest of the day. Who ends a day
-- as it began has no row.

-- days of several changes are few: only these are grouped
with day_begins as (

    select
        customer_id,
        tier_view,
        valid_from_date as change_date,
        min_by(coalesce(previous_tier, {{ tier_new() }}), valid_from) as from_tier
    from {{ ref('customer_aipl_history') }}
    where valid_to_date = valid_from_date
    group by customer_id, tier_view, valid_from_date

),

changed_days as (

    select
        history.customer_id,
        history.tier_view,
        history.valid_from_date as change_date,
        coalesce(day_begins.from_tier, history.previous_tier, {{ tier_new() }}) as from_tier,
        history.tier as to_tier,
        history.event_id
    from {{ ref('customer_aipl_history') }} as history
    left join day_begins
        on
            history.customer_id = day_begins.customer_id
            and history.tier_view = day_begins.tier_view
            and history.valid_from_date = day_begins.change_date
    where history.valid_to_date is null or history.valid_to_date <> history.valid_from_date

)

select
    *,
    {{ tier_movement('from_tier', 'to_tier') }} as movement
from changed_days
where from_tier <> to_tier
