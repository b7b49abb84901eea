-- The ordered touches within the look-back before each conversion. A touch serves every later
-- conversion in its window. Direct visits count only where there is nothing else.
with conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

touchpoints as (

    select * from {{ ref('int_touchpoints') }}
    where is_attributable and touched_at is not null

),

as_of as (

    select attribution_lookback_days from {{ ref('int_calendar__as_of') }}

),

pairs as (

    select
        conversions.conversion_id,
        conversions.converted_at,
        touchpoints.*
    from conversions
    inner join touchpoints on conversions.customer_id = touchpoints.customer_id
    union all
    -- the traffic of an order whose buyer is unknown leads to that order alone
    select
        conversions.conversion_id,
        conversions.converted_at,
        touchpoints.*
    from conversions
    inner join touchpoints on conversions.conversion_id = touchpoints.order_key
    where touchpoints.customer_id is null

),

eligible as (

    select
        pairs.*,
        as_of.attribution_lookback_days as lookback_days,
        {{ seconds_between('pairs.touched_at', 'pairs.converted_at') }} as seconds_before,
        min(case when pairs.is_direct then 1 else 0 end) over (
            partition by pairs.conversion_id
        ) as is_only_direct
    from pairs
    cross join as_of
    where
        pairs.touched_at <= pairs.converted_at
        and {{ seconds_between('pairs.touched_at', 'pairs.converted_at') }}
        <= as_of.attribution_lookback_days * 86400

)

select
    conversion_id,
    touch_id,
    touched_at,
    source,
    medium,
    campaign,
    channel,
    domain,
    is_direct,
    is_channel_pending,
    lookback_days,
    row_number() over (
        partition by conversion_id
        order by touched_at asc nulls last, touch_id asc nulls last
    ) as position,
    count(*) over (partition by conversion_id) as path_length,
    seconds_before / 3600.0 as hours_before
from eligible
where not is_direct or is_only_direct = 1
