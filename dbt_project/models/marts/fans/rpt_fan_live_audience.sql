-- What the platform counts of its live rooms, added up. It names nobody, and tells fans apart among
-- the viewers alone: watch time and comments of fans against others are null, with the reason.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

sessions as (

    select
        sessions.*,
        case when sessions.fan_viewer_share is not null then sessions.viewers end as told_viewers
    from {{ ref('fct_live_sessions') }} as sessions
    inner join as_of on sessions.started_date <= as_of.as_of_date

),

counted as (

    {% for period in report_periods() -%}
        select
            '{{ period }}' as calendar_period,
            {{ report_period_start(period, 'started_date') }} as period_start,
            source,
            account,
            host_id,
            max(host_name) as host_name,
            count(*) as sessions,
            sum(viewers) as session_viewers,
            sum(told_viewers) as told_viewers,
            sum(told_viewers * fan_viewer_share) as fan_session_viewers,
            sum(viewers * minutes_per_viewer) as watch_minutes,
            sum(comments) as comments,
            sum(new_fans) as new_fans,
            sum(lost_fans) as lost_fans,
            sum(live_gmv_cny) as live_gmv_cny
        from sessions
        group by
            {{ report_period_start(period, 'started_date') }}, source, account, host_id
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    as_of.as_of_date,
    counted.calendar_period,
    counted.period_start,
    {{ report_period_end() }} as period_end,
    counted.source,
    counted.account,
    counted.host_id,
    counted.host_name,
    cast(counted.sessions as bigint) as sessions,
    cast(counted.session_viewers as bigint) as session_viewers,
    counted.fan_session_viewers,
    cast(counted.fan_session_viewers as double) / nullif(counted.told_viewers, 0)
        as fan_viewer_share,
    cast(counted.watch_minutes as double) as watch_minutes,
    cast(counted.comments as bigint) as comments,
    cast(counted.new_fans as bigint) as new_fans,
    cast(counted.lost_fans as bigint) as lost_fans,
    cast(counted.live_gmv_cny as decimal(18, 4)) as live_gmv_cny,
    cast(null as double) as fan_watch_time_ratio,
    cast(null as double) as fan_comment_ratio,
    'the export tells fans apart among viewers alone' as no_fan_ratio_reason,
    {{ report_period_end() }} <= as_of.as_of_date as is_period_over
from counted
cross join as_of
