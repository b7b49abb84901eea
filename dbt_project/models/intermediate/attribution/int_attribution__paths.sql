{{ config(materialized='incremental', incremental_strategy='touched_journeys') }}
-- The touch sequence: the ordered touches within each look-back before each conversion, both ends
-- included, with what every model needs of their order. A touch serves every later conversion in
-- its window, unless the setting attribution_cuts_at_conversion ends a path at the conversion
-- before. The rule for direct visits comes first, then the newest touches are kept.
with lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

conversions as (

    select
        *
        {%- if var('attribution_cuts_at_conversion', false) -%}
            ,
            -- conversions of the same second have the same touches
            max(converted_at) over (
                partition by goal, journey_key
                order by converted_at asc nulls last
                range between unbounded preceding and interval 1 second preceding
            ) as converted_before_at
        {%- endif %}
    from {{ ref('int_attribution__conversions') }}
    where {{ touched_journeys_only('journey_key') }}

),

pairs as (

    select
        conversions.path_key,
        touches.sequence_number,
        touches.campaign_key,
        touches.channel_number,
        touches.recent_channels,
        touches.is_direct,
        touches.is_channel_pending,
        {{ local_date('touches.touched_at') }} as touched_date,
        {{ seconds_between('touches.touched_at', 'conversions.converted_at') }} as seconds_before
    from {{ ref('int_attribution__touches') }} as touches
    inner join conversions on touches.journey_key = conversions.journey_key
    where
        {{ touched_journeys_only('touches.journey_key') }}
        and touches.touched_at <= conversions.converted_at
        {% if var('attribution_cuts_at_conversion', false) -%}
            and coalesce(touches.touched_at > conversions.converted_before_at, true)
        {%- endif %}

),

touches as (

    select
        lookbacks.lookback_days,
        pairs.*
    from pairs
    inner join lookbacks on pairs.seconds_before <= lookbacks.lookback_days * 86400

),

extents as (

    select
        lookback_days,
        path_key,
        not bool_or(is_channel_pending) as is_mature,
        {{ newest_seconds() }} as newest_seconds,
        {{ path_extent() }}
    from touches
    group by lookback_days, path_key

),

-- what models ask of all touches of a path together, found here once
together as (

    select
        touches.lookback_days,
        touches.path_key,
        {% for half_life in half_lives() -%}
            -- a sum of decimals is the same in whatever order the threads add them up
            cast(sum(cast({{ decayed(half_life) }} as decimal(18, 15))) as double)
                as decay_sum_{{ in_hours(half_life) }},
        {% endfor -%}
        {{ channel_sets() }}
    from touches
    inner join extents as paths
        on
            touches.lookback_days = paths.lookback_days
            and touches.path_key = paths.path_key
    -- most paths are one touch
    where paths.touches > 1 and {{ counts_as_touch() }}
    group by touches.lookback_days, touches.path_key

),

paths as (

    select
        extents.lookback_days,
        extents.touches,
        extents.last_number,
        extents.others,
        extents.newest_seconds,
        extents.is_mature,
        conversions.*
    from extents
    inner join conversions on extents.path_key = conversions.path_key
    where extents.touches > 0

),

untouched as (

    select
        lookbacks.lookback_days,
        conversions.*
    from conversions
    cross join lookbacks
    left join extents
        on
            lookbacks.lookback_days = extents.lookback_days
            and conversions.path_key = extents.path_key
    where coalesce(extents.touches, 0) = 0

)

select
    paths.lookback_days,
    paths.path_key,
    paths.goal,
    paths.journey_key,
    touches.sequence_number,
    touches.campaign_key,
    paths.conversion_type,
    {{ place_in_path() }},
    coalesce(together.channel_set, {{ set_of_channel('touches.channel_number') }}) as channel_set,
    coalesce(
        together.further_channel_set, {{ further_set_of_channel('touches.channel_number') }}
    ) as further_channel_set,
    touches.seconds_before,
    {% for half_life in half_lives() -%}
        coalesce({{ decayed(half_life) }} / together.decay_sum_{{ in_hours(half_life) }}, 1)
            as decay_weight_{{ in_hours(half_life) }},
    {% endfor -%}
    paths.revenue_gross_cny,
    paths.refund_cny,
    touches.is_direct,
    paths.is_valid,
    paths.is_mature,
    paths.converted_date,
    touches.touched_date
from touches
inner join paths
    on
        touches.lookback_days = paths.lookback_days
        and touches.path_key = paths.path_key
left join together
    on
        paths.lookback_days = together.lookback_days
        and paths.path_key = together.path_key
where {{ counts_as_touch() }}
union all
-- nothing led to it
select
    lookback_days,
    path_key,
    goal,
    journey_key,
    cast(null as bigint) as sequence_number,
    cast(null as bigint) as campaign_key,
    conversion_type,
    cast(null as bigint) as channel_number,
    1 as position,
    0 as path_length,
    cast(null as bigint) as recent_channels,
    cast(null as bigint) as channel_set,
    cast(null as bigint) as further_channel_set,
    cast(null as double) as seconds_before,
    {% for half_life in half_lives() -%}
        cast(null as double) as decay_weight_{{ in_hours(half_life) }},
    {% endfor -%}
    revenue_gross_cny,
    refund_cny,
    false as is_direct,
    is_valid,
    true as is_mature,
    converted_date,
    converted_date as touched_date
from untouched
