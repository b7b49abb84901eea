-- Summed before it meets any cohort. Spend belongs to all, to a channel and to a domain; nobody can
-- say which product or province it was meant for.
with spend as (

    select
        spend.spend_date,
        channels.channel as first_channel,
        channels.domain as first_domain,
        spend.spend_cny
    from {{ ref('int_attribution__spend') }} as spend
    inner join {{ ref('int_attribution__channels') }} as channels
        on spend.channel_number = channels.channel_number

)

{% for period in cohort_periods() %}
    select
        '{{ period }}' as cohort_period_type,
        case
            when grouping(first_channel) = 0 then 'first_channel'
            when grouping(first_domain) = 0 then 'first_domain'
            else 'all'
        end as segment_type,
        coalesce(first_channel, first_domain, 'all') as segment_value,
        cohort_number,
        sum(spend_cny) as spend_cny
    from (
        select
            *,
            {{ period_number(period, 'spend_date') }} as cohort_number
        from spend
    ) as numbered
    group by
        grouping sets (
            (cohort_number), (cohort_number, first_channel), (cohort_number, first_domain)
        )
    {% if not loop.last %}union all{% endif %}
{% endfor %}
