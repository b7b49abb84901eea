-- Paths that converted and paths that did not, by the channels that they hold in order.
with as_of as (

    select
        as_of_date,
        {{ end_of_local_day('as_of_date') }} as as_of_at
    from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

converting as (

    select
        paths.*,
        {{ channel_name() }} as channel
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    left join {{ ref('int_attribution__channels') }} as channels
        on paths.channel_number = channels.channel_number

),

not_converting as (

    select
        null_paths.*,
        channels.channel,
        {{ is_censored('null_paths', 'as_of') }} as is_censored
    from {{ ref('int_attribution__null_paths') }} as null_paths
    inner join as_of on null_paths.first_touched_at < as_of.as_of_at
    inner join {{ ref('int_attribution__channels') }} as channels
        on null_paths.channel_number = channels.channel_number

),

-- only paths of several touches are put together
journeys as (

    select
        lookback_days,
        goal,
        channel as path,
        path_length,
        1 as conversions_gross,
        case when is_valid then 1 else 0 end as conversions,
        0 as non_conversions,
        0 as censored_paths,
        revenue_gross_cny,
        refund_cny,
        seconds_before / 86400 as days
    from converting
    where path_length <= 1
    union all
    select
        lookback_days,
        max(goal) as goal,
        {{ joined_in_order('channel', 'position') }} as path,
        max(path_length) as path_length,
        1 as conversions_gross,
        max(case when is_valid then 1 else 0 end) as conversions,
        0 as non_conversions,
        0 as censored_paths,
        max(revenue_gross_cny) as revenue_gross_cny,
        max(refund_cny) as refund_cny,
        max(seconds_before) / 86400 as days
    from converting
    where path_length > 1
    group by lookback_days, path_key
    union all
    select
        lookback_days,
        goal,
        channel as path,
        path_length,
        0 as conversions_gross,
        0 as conversions,
        case when is_censored then 0 else 1 end as non_conversions,
        case when is_censored then 1 else 0 end as censored_paths,
        0 as revenue_gross_cny,
        0 as refund_cny,
        cast(null as double) as days
    from not_converting
    where path_length <= 1
    union all
    select
        lookback_days,
        goal,
        {{ joined_in_order('channel', 'position') }} as path,
        max(path_length) as path_length,
        0 as conversions_gross,
        0 as conversions,
        max(case when is_censored then 0 else 1 end) as non_conversions,
        max(case when is_censored then 1 else 0 end) as censored_paths,
        0 as revenue_gross_cny,
        0 as refund_cny,
        cast(null as double) as days
    from not_converting
    where path_length > 1
    group by lookback_days, goal, customer_id, path_number

),

paths as (

    select
        lookback_days,
        goal,
        path,
        max(path_length) as path_length,
        sum(conversions) as conversions,
        sum(conversions_gross) as conversions_gross,
        sum(non_conversions) as non_conversions,
        sum(censored_paths) as censored_paths,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        percentile_cont(0.5) within group (order by days asc nulls last) as median_days
    from journeys
    group by lookback_days, goal, path

)

select
    as_of.as_of_date,
    paths.goal,
    paths.path,
    cast(paths.lookback_days as integer) as lookback_days,
    cast(paths.path_length as integer) as path_length,
    cast(paths.conversions as bigint) as conversions,
    cast(paths.conversions_gross as bigint) as conversions_gross,
    cast(paths.non_conversions as bigint) as non_conversions,
    cast(paths.censored_paths as bigint) as censored_paths,
    cast(paths.revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(paths.revenue_gross_cny - paths.refund_cny as decimal(18, 4)) as revenue_net_cny,
    cast(paths.conversions_gross as double)
    / nullif(paths.conversions_gross + paths.non_conversions, 0) as conversion_rate,
    cast(paths.median_days as double) as median_days,
    lookbacks.is_default_lookback,
    paths.censored_paths = 0 as is_mature
from paths
cross join as_of
inner join lookbacks on paths.lookback_days = lookbacks.lookback_days
