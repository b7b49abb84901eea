-- From where to where customers moved between the end of the day before a period and the period's
-- end, up to the as-of day. Who is back where they were has not moved.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

changes as (

    select
        changes.customer_id,
        changes.tier_view,
        changes.change_date,
        changes.from_tier,
        changes.to_tier
    from {{ ref('int_customers__tier_changes') }} as changes
    cross join as_of
    where changes.change_date <= as_of.as_of_date

),

by_period as (

    select
        'day' as period_type,
        change_date as period_start,
        customer_id,
        tier_view,
        from_tier,
        to_tier
    from changes
    {% for period in ['week', 'month'] -%}
        union all
        select
            '{{ period }}' as period_type,
            cast(date_trunc('{{ period }}', change_date) as date) as period_start,
            customer_id,
            tier_view,
            min_by(from_tier, change_date) as from_tier,
            max_by(to_tier, change_date) as to_tier
        from changes
        group by
            customer_id,
            cast(date_trunc('{{ period }}', change_date) as date),
            tier_view
    {% endfor %}
),

first_channels as (

    select
        first_touch.customer_id,
        first_touch.channel as first_channel,
        first_touch.domain as first_domain
    from {{ ref('int_customers__first_touch') }} as first_touch
    inner join as_of on first_touch.touched_date <= as_of.as_of_date

),

by_channel as (

    select
        moves.period_type,
        moves.period_start,
        moves.tier_view,
        coalesce(first_channels.first_channel, {{ channel_unattributed() }}) as first_channel,
        coalesce(first_channels.first_domain, {{ channel_unattributed() }}) as first_domain,
        moves.from_tier,
        moves.to_tier,
        count(*) as customers
    from by_period as moves
    left join first_channels on moves.customer_id = first_channels.customer_id
    where moves.from_tier <> moves.to_tier
    group by
        moves.period_type,
        moves.period_start,
        moves.tier_view,
        coalesce(first_channels.first_channel, {{ channel_unattributed() }}),
        coalesce(first_channels.first_domain, {{ channel_unattributed() }}),
        moves.from_tier,
        moves.to_tier

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
