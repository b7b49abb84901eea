{{ config(meta={'distinct_texts': ['conversion_id', 'touch_id']}) }}
-- The touch list behind every conversion, within the look-backs that the large tables keep.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}
    {% if var('attribution_detail_lookbacks') != 'all' -%}
        where is_default_lookback
    {%- endif %}

),

paths as (

    select paths.*
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date

)

select
    as_of.as_of_date,
    conversions.conversion_id,
    coalesce(touches.touch_id, {{ channel_unattributed() }}) as touch_id,
    cast(paths.lookback_days as integer) as lookback_days,
    paths.path_key,
    conversions.customer_id,
    conversions.conversion_type,
    conversions.converted_at,
    conversions.converted_date,
    touches.touched_at,
    {{ channel_name() }} as channel,
    {{ channel_domain() }} as domain,
    touchpoints.source,
    touchpoints.medium,
    touchpoints.campaign,
    cast(paths.position as integer) as position,
    cast(paths.path_length as integer) as path_length,
    cast(paths.seconds_before / 3600 as double) as hours_before,
    paths.is_direct,
    coalesce(touches.is_channel_pending, false) as is_channel_pending,
    conversions.is_valid,
    cast(conversions.revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(conversions.refund_cny as decimal(18, 4)) as refund_cny,
    lookbacks.is_default_lookback,
    paths.is_mature,
    conversions.identity_version
from paths
cross join as_of
inner join lookbacks on paths.lookback_days = lookbacks.lookback_days
inner join {{ ref('int_attribution__conversions') }} as conversions
    on paths.path_key = conversions.path_key
left join {{ ref('int_attribution__channels') }} as channels
    on paths.channel_number = channels.channel_number
left join {{ ref('int_attribution__touches') }} as touches
    on
        conversions.journey_key = touches.journey_key
        and paths.sequence_number = touches.sequence_number
        and paths.is_direct = touches.is_direct
left join {{ ref('int_touchpoints') }} as touchpoints on touches.touch_id = touchpoints.touch_id
