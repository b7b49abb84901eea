{{ config(materialized='view') }}
-- One tier per customer and day, that of its end, which is the highest of the day. Who ends a day
-- as it began has no row.
with history as (

    select
        *,
        coalesce(previous_tier, {{ tier_new() }}) as from_tier,
        coalesce(valid_to_date = valid_from_date, false) as ends_on_its_day
    from {{ ref('customer_aipl_history') }}

),

-- days of several changes are few: only these are grouped
day_begins as (

    select
        customer_id,
        tier_view,
        valid_from_date as change_date,
        min_by(from_tier, valid_from) as from_tier
    from history
    where ends_on_its_day
    group by customer_id, tier_view, valid_from_date

),

changed_days as (

    select
        history.customer_id,
        history.tier_view,
        history.valid_from_date as change_date,
        coalesce(day_begins.from_tier, history.from_tier) as from_tier,
        history.tier as to_tier,
        history.event_id
    from history
    left join day_begins
        on
            history.customer_id = day_begins.customer_id
            and history.tier_view = day_begins.tier_view
            and history.valid_from_date = day_begins.change_date
    where not history.ends_on_its_day

)

select
    *,
    {{ tier_movement('from_tier', 'to_tier') }} as movement
from changed_days
where from_tier <> to_tier
