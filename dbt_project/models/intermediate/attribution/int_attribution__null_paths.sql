-- Touches of known people that no conversion followed within the look-back. They make a path until
-- a conversion or a silence longer than the look-back ends it. Until the look-back has passed since
-- its last touch a path may still convert: it is censored, not a failure.
with as_of as (

    select {{ end_of_local_day('as_of_date') }} as as_of_at from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

channels as (

    select * from {{ ref('int_attribution__channels') }}

),

events as (

    select
        touchpoints.customer_id,
        touchpoints.touch_id,
        touchpoints.is_direct,
        channels.channel as named_channel,
        channels.channel_number,
        touchpoints.touched_at as happened_at,
        cast(null as timestamp) as converted_at
    from {{ ref('int_touchpoints') }} as touchpoints
    inner join channels
        on coalesce(touchpoints.channel, {{ channel_none() }}) = channels.channel
    where
        touchpoints.is_attributable
        and touchpoints.touched_at is not null
        and touchpoints.customer_id is not null
    union all
    select
        customer_id,
        cast(null as string) as touch_id,
        false as is_direct,
        cast(null as string) as named_channel,
        cast(null as bigint) as channel_number,
        converted_at as happened_at,
        converted_at
    from {{ ref('int_attribution__conversions') }}
    where customer_id is not null

),

followed as (

    select
        *,
        -- a conversion of the same second counts as following
        min(converted_at) over (
            partition by customer_id
            order by happened_at asc nulls last
            range between current row and unbounded following
        ) as next_converted_at
    from events

),

unconverted as (

    select
        followed.customer_id,
        followed.touch_id,
        followed.is_direct,
        followed.named_channel,
        followed.channel_number,
        followed.happened_at as touched_at,
        followed.next_converted_at,
        lookbacks.lookback_days,
        lag(followed.happened_at) over (
            partition by lookbacks.lookback_days, followed.customer_id
            order by followed.happened_at asc nulls last, followed.touch_id asc nulls last
        ) as touched_before_at,
        lag(followed.next_converted_at) over (
            partition by lookbacks.lookback_days, followed.customer_id
            order by followed.happened_at asc nulls last, followed.touch_id asc nulls last
        ) as conversion_before_at
    from followed
    cross join lookbacks
    cross join as_of
    where
        followed.touch_id is not null
        and followed.happened_at < as_of.as_of_at
        and (
            followed.next_converted_at is null
            or {{ seconds_between('followed.happened_at', 'followed.next_converted_at') }}
            > lookbacks.lookback_days * 86400
        )

),

numbered as (

    select
        *,
        sum(
            case
                when
                    touched_before_at is null
                    or {{ seconds_between('touched_before_at', 'touched_at') }}
                    > lookback_days * 86400
                    or conversion_before_at < touched_at
                    then 1
                else 0
            end
        ) over (
            partition by lookback_days, customer_id
            order by touched_at asc nulls last, touch_id asc nulls last
            rows between unbounded preceding and current row
        ) as path_number
    from unconverted

),

eligible as (

    select
        *,
        max(case when not is_direct then touched_at end) over (
            partition by lookback_days, customer_id, path_number
        ) as last_other_at,
        max(touched_at) over (partition by lookback_days, customer_id, path_number)
            as last_touched_at
    from numbered

),

counted as (

    select
        *,
        row_number() over (
            partition by lookback_days, customer_id, path_number
            order by touched_at asc nulls last, touch_id asc nulls last
        ) as touch_number,
        count(*) over (partition by lookback_days, customer_id, path_number) as touches,
        {{ channels_before('lookback_days, customer_id, path_number') }}
    from eligible
    where {{ counts_as_touch() }}

),

sequence as (

    select
        *,
        least(touches, {{ var('attribution_max_touches') }}) as path_length,
        touch_number - touches + least(touches, {{ var('attribution_max_touches') }}) as position
    from counted
    where touch_number > touches - {{ var('attribution_max_touches') }}

)

select
    sequence.lookback_days,
    sequence.customer_id,
    sequence.path_number,
    sequence.touch_id,
    sequence.named_channel as channel,
    sequence.channel_number,
    sequence.position,
    sequence.path_length,
    {{ recent_channels('sequence') }} as recent_channels,
    {{ seconds_between('sequence.last_touched_at', 'as_of.as_of_at') }}
    < sequence.lookback_days * 86400 as is_censored,
    sequence.touched_at
from sequence
cross join as_of
