-- What moved a person into a tier. P and L come from occasions: the first paid order, and the
-- first paid order on a later local day.
with touch_events as (

    select
        customer_id,
        behaviour,
        tier,
        touch_id as event_id,
        touched_at as event_at
    from {{ ref('int_touchpoints') }}
    where is_identified and tier is not null and touched_at is not null

),

occasion_events as (

    select
        occasions.customer_id,
        behaviours.behaviour,
        behaviours.tier,
        occasions.first_order_key as event_id,
        occasions.occasion_at as event_at
    from {{ ref('int_orders__occasions') }} as occasions
    inner join {{ ref('aipl_behaviours') }} as behaviours
        on
            behaviours.behaviour
            = case occasions.occasion_number when 1 then 'order_paid' else 'order_repeated' end

),

unioned as (

    select * from touch_events
    union all
    select * from occasion_events

)

select
    customer_id,
    behaviour,
    tier,
    case tier when 'A' then 1 when 'I' then 2 when 'P' then 3 when 'L' then 4 end as tier_rank,
    event_id,
    event_at
from unioned
