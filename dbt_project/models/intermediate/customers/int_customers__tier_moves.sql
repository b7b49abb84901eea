-- From where to where customers moved between the end of the day before a period and the period's
-- end, up to the as-of day. Who is back where they were has not moved.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

first_touch as (

    select
        first_touch.customer_id,
        first_touch.channel,
        first_touch.domain
    from {{ ref('int_customers__first_touch') }} as first_touch
    inner join as_of on first_touch.touched_date <= as_of.as_of_date

),

channels as (

    select
        channel,
        domain,
        row_number() over (order by channel asc nulls last) as channel_number
    from (
        select distinct
            channel,
            domain
        from first_touch
    ) as first_channels

),

-- tiers, views and channels as numbers: grouping millions of rows by texts costs several times as
-- much. A tier held until after the as-of day is the last one.
changes as (

    select
        history.customer_id,
        history.tier_view = 'active' as is_active,
        history.valid_from,
        history.valid_from_date as change_date,
        case
            when history.valid_to_date <= as_of.as_of_date then history.valid_to_date
        end as next_change_date,
        case
            when history.previous_tier is null then -1
            else {{ tier_rank('history.previous_tier') }}
        end as from_rank,
        history.tier_rank as to_rank,
        channels.channel_number
    from {{ ref('customer_aipl_history') }} as history
    cross join as_of
    left join first_touch on history.customer_id = first_touch.customer_id
    left join channels on first_touch.channel = channels.channel
    where history.valid_from_date <= as_of.as_of_date

),

{% for period in ['day', 'week', 'month'] -%}
    {%- set period_start = "cast(date_trunc('" ~ period ~ "', changes.change_date) as date)" -%}
    {%- set next_start = "cast(date_trunc('" ~ period ~ "', changes.next_change_date) as date)" -%}
    -- periods of several changes are few: only these are grouped
    {{ period }}_begins as (

        select
            changes.customer_id,
            changes.is_active,
            {{ period_start }} as period_start,
            min_by(changes.from_rank, changes.valid_from) as from_rank
        from changes
        where {{ period_start }} = {{ next_start }}
        group by changes.customer_id, changes.is_active, {{ period_start }}

    ),

    {{ period }}_counts as (

        select
            '{{ period }}' as period_type,
            {{ period_start }} as period_start,
            changes.is_active,
            changes.channel_number,
            coalesce(begins.from_rank, changes.from_rank) as from_rank,
            changes.to_rank,
            count(*) as customers
        from changes
        left join {{ period }}_begins as begins
            on
                changes.customer_id = begins.customer_id
                and changes.is_active = begins.is_active
                and {{ period_start }} = begins.period_start
        where
            (changes.next_change_date is null or {{ period_start }} <> {{ next_start }})
            and coalesce(begins.from_rank, changes.from_rank) <> changes.to_rank
        group by
            {{ period_start }},
            changes.is_active,
            changes.channel_number,
            coalesce(begins.from_rank, changes.from_rank),
            changes.to_rank

    ),

{% endfor -%}

counted as (

    select * from day_counts
    union all
    select * from week_counts
    union all
    select * from month_counts

),

by_channel as (

    select
        counted.period_type,
        counted.period_start,
        case when counted.is_active then 'active' else 'lifetime' end as tier_view,
        coalesce(channels.channel, {{ channel_unattributed() }}) as first_channel,
        coalesce(channels.domain, {{ channel_unattributed() }}) as first_domain,
        case
            when counted.from_rank = -1 then {{ tier_new() }}
            else {{ tier_of_rank('counted.from_rank') }}
        end as from_tier,
        {{ tier_of_rank('counted.to_rank') }} as to_tier,
        counted.customers
    from counted
    left join channels on counted.channel_number = channels.channel_number

)

{% for segment_type, segment_value in [
    ('all', "'all'"), ('first_channel', 'first_channel'), ('first_domain', 'first_domain')
] -%}
    select
        period_type,
        period_start,
        tier_view,
        '{{ segment_type }}' as segment_type,
        {{ segment_value }} as segment_value,
        from_tier,
        to_tier,
        sum(customers) as customers
    from by_channel
    group by period_type, period_start, tier_view, {{ segment_value }}, from_tier, to_tier
    {{ 'union all' if not loop.last }}
{% endfor %}
