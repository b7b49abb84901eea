-- One weight per conversion, touch and model. A conversion without a touch is its own row.
with conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

paths as (

    select * from {{ ref('int_attribution__paths') }}

),

models as (

    select model from {{ ref('attribution_models') }}

),

as_of as (

    select attribution_lookback_days from {{ ref('int_calendar__as_of') }}

)

select
    conversions.conversion_id,
    models.model,
    as_of.attribution_lookback_days as lookback_days,
    coalesce(paths.touch_id, {{ channel_unattributed() }}) as touch_id,
    paths.touched_at,
    case
        when paths.touch_id is null then {{ channel_unattributed() }}
        else coalesce(paths.channel, {{ channel_none() }})
    end as channel,
    case
        when paths.touch_id is null then {{ channel_unattributed() }}
        else coalesce(paths.domain, {{ channel_none() }})
    end as domain,
    paths.source,
    paths.medium,
    paths.campaign,
    coalesce(paths.is_direct, false) as is_direct,
    coalesce(paths.is_channel_pending, false) as is_channel_pending,
    coalesce(paths.position, 1) as position,
    coalesce(paths.path_length, 0) as path_length,
    paths.hours_before,
    case
        when paths.touch_id is null then cast(1 as double)
        when models.model = 'first'
            then case when paths.position = 1 then cast(1 as double) else cast(0 as double) end
        when models.model = 'last'
            then
                case
                    when paths.position = paths.path_length then cast(1 as double)
                    else cast(0 as double)
                end
        when models.model = 'linear' then cast(1 as double) / paths.path_length
    end as weight
from conversions
cross join models
cross join as_of
left join paths on conversions.conversion_id = paths.conversion_id
