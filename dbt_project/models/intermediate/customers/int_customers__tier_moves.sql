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

-- tiers and channels as numbers: grouping millions of rows by texts costs several times as much
changes as (

    select
        changes.customer_id,
        changes.tier_view,
        changes.change_date,
        case
            when changes.from_tier = {{ tier_new() }} then -1
            else {{ tier_rank('changes.from_tier') }}
        end as from_rank,
        {{ tier_rank('changes.to_tier') }} as to_rank,
        channels.channel_number
    from {{ ref('int_customers__tier_changes') }} as changes
    cross join as_of
    left join first_touch on changes.customer_id = first_touch.customer_id
    left join channels on first_touch.channel = channels.channel
    where changes.change_date <= as_of.as_of_date

),

by_period as (

    select
        'day' as period_type,
        change_date as period_start,
        tier_view,
        channel_number,
        from_rank,
        to_rank
    from changes
    {% for period in ['week', 'month'] -%}
        union all
        select
            '{{ period }}' as period_type,
            cast(date_trunc('{{ period }}', change_date) as date) as period_start,
            tier_view,
            min(channel_number) as channel_number,
            min_by(from_rank, change_date) as from_rank,
            max_by(to_rank, change_date) as to_rank
        from changes
        group by
            customer_id,
            cast(date_trunc('{{ period }}', change_date) as date),
            tier_view
    {% endfor %}
),

counted as (

    select
        period_type,
        period_start,
        tier_view,
        channel_number,
        from_rank,
        to_rank,
        count(*) as customers
    from by_period
    where from_rank <> to_rank
    group by period_type, period_start, tier_view, channel_number, from_rank, to_rank

),

by_channel as (

    select
        counted.period_type,
        counted.period_start,
        counted.tier_view,
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
