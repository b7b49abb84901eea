-- The touch sequence: the ordered touches within each look-back before each conversion, with what
-- every model needs of their order. A touch serves every later conversion in its window, unless
-- the setting attribution_cuts_at_conversion ends a path at the conversion before. The rule for
-- direct visits comes first, then the newest touches are kept.
with conversions as (

    select
        *,
        -- conversions of the same second have the same touches
        max(converted_at) over (
            partition by customer_id
            order by converted_at asc nulls last
            range between unbounded preceding and interval 1 second preceding
        ) as converted_before_at
    from {{ ref('int_attribution__conversions') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

longest as (

    select max(lookback_days) as lookback_days from lookbacks

),

channels as (

    select * from {{ ref('int_attribution__channels') }}

),

touchpoints as (

    select
        touchpoints.*,
        channels.channel as named_channel,
        channels.channel_number
    from {{ ref('int_touchpoints') }} as touchpoints
    inner join channels
        on coalesce(touchpoints.channel, {{ channel_none() }}) = channels.channel
    where touchpoints.is_attributable and touchpoints.touched_at is not null

),

pairs as (

    select
        conversions.conversion_id,
        conversions.converted_at,
        conversions.converted_before_at,
        touchpoints.*
    from conversions
    inner join touchpoints on conversions.customer_id = touchpoints.customer_id
    union all
    -- the traffic of an order whose buyer is unknown leads to that order alone
    select
        conversions.conversion_id,
        conversions.converted_at,
        cast(null as timestamp) as converted_before_at,
        touchpoints.*
    from conversions
    inner join touchpoints on conversions.conversion_id = touchpoints.order_key
    where touchpoints.customer_id is null

),

near as (

    select
        pairs.*,
        {{ seconds_between('pairs.touched_at', 'pairs.converted_at') }} as seconds_before
    from pairs
    cross join longest
    where
        pairs.touched_at <= pairs.converted_at
        and {{ seconds_between('pairs.touched_at', 'pairs.converted_at') }}
        <= longest.lookback_days * 86400
        {% if var('attribution_cuts_at_conversion') -%}
            and coalesce(pairs.touched_at > pairs.converted_before_at, true)
        {%- endif %}

),

eligible as (

    select
        near.*,
        lookbacks.lookback_days,
        max(case when not near.is_direct then near.touched_at end) over (
            partition by lookbacks.lookback_days, near.conversion_id
        ) as last_other_at
    from near
    cross join lookbacks
    where near.seconds_before <= lookbacks.lookback_days * 86400

),

counted as (

    select
        *,
        row_number() over (
            partition by lookback_days, conversion_id
            order by touched_at asc nulls last, touch_id asc nulls last
        ) as touch_number,
        count(*) over (partition by lookback_days, conversion_id) as touches,
        {{ channels_before('lookback_days, conversion_id') }},
        max(case when is_channel_pending then 1 else 0 end) over (
            partition by lookback_days, conversion_id
        ) as has_pending_channel
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
    lookbacks.lookback_days,
    lookbacks.is_default_lookback,
    conversions.conversion_id,
    conversions.conversion_number,
    conversions.customer_id,
    coalesce(sequence.touch_id, {{ channel_unattributed() }}) as touch_id,
    conversions.conversion_type,
    sequence.source,
    sequence.medium,
    sequence.campaign,
    coalesce(sequence.named_channel, {{ channel_unattributed() }}) as channel,
    case
        when sequence.touch_id is null then {{ channel_unattributed() }}
        else coalesce(sequence.domain, {{ channel_none() }})
    end as domain,
    sequence.channel_number,
    coalesce(sequence.position, 1) as position,
    coalesce(sequence.path_length, 0) as path_length,
    {{ recent_channels('sequence') }} as recent_channels,
    sequence.seconds_before / 3600.0 as hours_before,
    conversions.revenue_gross_cny,
    conversions.refund_cny,
    conversions.is_valid,
    coalesce(sequence.is_direct, false) as is_direct,
    coalesce(sequence.is_channel_pending, false) as is_channel_pending,
    coalesce(sequence.has_pending_channel, 0) = 0 as is_mature,
    conversions.converted_at,
    conversions.converted_date,
    sequence.touched_at
from conversions
cross join lookbacks
left join sequence
    on
        conversions.conversion_id = sequence.conversion_id
        and lookbacks.lookback_days = sequence.lookback_days
