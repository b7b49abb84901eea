-- Paths that converted and paths that did not, by the channels that they hold in order.
with as_of as (

    {{ as_of_and_longest_lookback() }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}

),

channels as (

    select * from {{ ref('int_attribution__channels') }}

),

converting as (

    select paths.*
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date

),

not_converting as (

    select
        null_paths.*,
        {{ days_since('null_paths', 'as_of') }} as days_since
    from {{ ref('int_attribution__null_paths') }} as null_paths
    inner join as_of on null_paths.first_touched_at < as_of.as_of_at

),

-- The last touch of a path of up to four touches tells all its channels. Only longer paths are put
-- together, and their text stands for them.
conversions as (

    select
        lookback_days,
        goal,
        path_length,
        recent_channels,
        cast(null as string) as long_path,
        is_valid,
        revenue_gross_cny,
        refund_cny,
        seconds_before
    from converting
    where path_length <= 1
    union all
    select
        lookback_days,
        max(goal) as goal,
        max(path_length) as path_length,
        max(case when position = path_length then recent_channels end) as recent_channels,
        cast(null as string) as long_path,
        bool_and(is_valid) as is_valid,
        max(revenue_gross_cny) as revenue_gross_cny,
        max(refund_cny) as refund_cny,
        max(seconds_before) as seconds_before
    from converting
    where path_length between 2 and 4
    group by lookback_days, path_key
    union all
    select
        converting.lookback_days,
        max(converting.goal) as goal,
        max(converting.path_length) as path_length,
        cast(null as bigint) as recent_channels,
        {{ joined_in_order('channels.channel', 'converting.position') }} as long_path,
        bool_and(converting.is_valid) as is_valid,
        max(converting.revenue_gross_cny) as revenue_gross_cny,
        max(converting.refund_cny) as refund_cny,
        max(converting.seconds_before) as seconds_before
    from converting
    inner join channels on converting.channel_number = channels.channel_number
    where converting.path_length > 4
    group by converting.lookback_days, converting.path_key

),

unconverted as (

    select
        games,
        days_since,
        path_length,
        recent_channels,
        cast(null as string) as long_path,
        count(*) as paths
    from not_converting
    where path_length <= 4 and position = path_length
    group by games, days_since, path_length, recent_channels
    union all
    select
        max(not_converting.games) as games,
        max(not_converting.days_since) as days_since,
        max(not_converting.path_length) as path_length,
        cast(null as bigint) as recent_channels,
        {{ joined_in_order('channels.channel', 'not_converting.position') }} as long_path,
        1 as paths
    from not_converting
    inner join channels on not_converting.channel_number = channels.channel_number
    where not_converting.path_length > 4
    group by
        not_converting.customer_id, not_converting.first_number, not_converting.end_number

),

counted as (

    select
        lookback_days,
        goal,
        path_length,
        recent_channels,
        long_path,
        count(case when is_valid then 1 end) as conversions,
        count(*) as conversions_gross,
        0 as non_conversions,
        0 as censored_paths,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        percentile_cont(0.5) within group (order by seconds_before / 86400 asc nulls last)
            as median_days
    from conversions
    group by lookback_days, goal, path_length, recent_channels, long_path
    union all
    select
        games.lookback_days,
        games.goal,
        unconverted.path_length,
        unconverted.recent_channels,
        unconverted.long_path,
        0 as conversions,
        0 as conversions_gross,
        sum(case when {{ is_censored('unconverted', 'games') }} then 0 else unconverted.paths end)
            as non_conversions,
        sum(case when {{ is_censored('unconverted', 'games') }} then unconverted.paths else 0 end)
            as censored_paths,
        0 as revenue_gross_cny,
        0 as refund_cny,
        cast(null as double) as median_days
    from unconverted
    inner join {{ ref('int_attribution__games') }} as games
        on {{ is_in_game('unconverted', 'games') }}
    group by
        games.lookback_days, games.goal, unconverted.path_length, unconverted.recent_channels,
        unconverted.long_path

),

sums as (

    select
        lookback_days,
        goal,
        path_length,
        recent_channels,
        long_path,
        sum(conversions) as conversions,
        sum(conversions_gross) as conversions_gross,
        sum(non_conversions) as non_conversions,
        sum(censored_paths) as censored_paths,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        max(median_days) as median_days
    from counted
    group by lookback_days, goal, path_length, recent_channels, long_path

),

paths as (

    select
        sums.*,
        coalesce(
            sums.long_path,
            {% for steps in range(3, 0, -1) -%}
                coalesce(before_{{ steps }}.channel || ' > ', '')
                ||
            {% endfor -%}
            coalesce(newest.channel, {{ channel_unattributed() }})
        ) as path
    from sums
    left join channels as newest
        on {{ channel_of_recent('sums.recent_channels', 0) }} = newest.channel_number
    {% for steps in range(1, 4) -%}
        left join channels as before_{{ steps }}
            on
                {{ channel_of_recent('sums.recent_channels', steps) }}
                = before_{{ steps }}.channel_number
    {% endfor %}
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
