{#- Every type of period: the day it begins, and how the next one's is found. -#}
{%- set periods = [
    ('week', 'days', 7), ('month', 'months', 1), ('quarter', 'months', 3), ('year', 'months', 12),
] -%}
-- Every occasion knows the days before and after it on which the customer bought, so customers are
-- counted without being told apart: by their first occasion of a period, and by their last.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

occasions as (

    select
        occasions.*,
        cast(date_trunc('week', occasions.occasion_date) as date) as week_start,
        cast(date_trunc('month', occasions.occasion_date) as date) as month_start,
        cast(date_trunc('quarter', occasions.occasion_date) as date) as quarter_start,
        cast(date_trunc('year', occasions.occasion_date) as date) as year_start,
        case
            when occasions.next_occasion_date <= as_of.as_of_date then occasions.next_occasion_date
        end as known_next_date,
        coalesce(occasions.previous_occasion_date < occasions.occasion_date, true)
            as is_first_of_day
    from {{ ref('int_orders__occasions') }} as occasions
    inner join as_of on occasions.occasion_date <= as_of.as_of_date

),

dated as (

    {% for period_type, unit, count in periods -%}
        {%- set start = period_type ~ '_start' -%}
        select
            '{{ period_type }}' as calendar_period,
            {{ start }} as period_start,
            {% if unit == 'days' -%}
                {{ add_days(start, count) }} as next_start,
                {{ add_days(start, 2 * count) }} as after_next_start,
            {%- else -%}
                {{ add_months(start, count) }} as next_start,
                {{ add_months(start, 2 * count) }} as after_next_start,
            {%- endif %}
            known_next_date,
            revenue_net_cny,
            is_first_of_day,
            coalesce(previous_occasion_date < {{ start }}, true) as is_first_of_period,
            first_occasion_date >= {{ start }} as is_new_buyer
        from occasions
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (

    select
        calendar_period,
        period_start,
        next_start,
        after_next_start,
        count(*) as occasions,
        count(*) filter (where is_first_of_period) as buyers,
        count(*) filter (where is_first_of_period and known_next_date < next_start)
            as repeat_buyers,
        count(*) filter (
            where is_first_of_day
            and known_next_date >= next_start
            and known_next_date < after_next_start
        ) as returned_buyers,
        count(*) filter (where is_first_of_period and is_new_buyer) as new_buyers,
        sum(revenue_net_cny) as revenue_net_cny,
        sum(case when is_new_buyer then revenue_net_cny else 0 end) as new_buyer_revenue_net_cny
    from dated
    group by calendar_period, period_start, next_start, after_next_start

),

matured as (

    select
        counted.*,
        as_of.as_of_date,
        counted.next_start <= {{ add_days('as_of.as_of_date', 1) }} as is_period_over,
        counted.after_next_start <= {{ add_days('as_of.as_of_date', 1) }} as is_next_period_over
    from counted
    cross join as_of

)

select
    as_of_date,
    calendar_period,
    period_start,
    {{ add_days('next_start', -1) }} as period_end,
    cast(buyers as bigint) as buyers,
    cast(repeat_buyers as bigint) as repeat_buyers,
    cast(new_buyers as bigint) as new_buyers,
    cast(buyers - new_buyers as bigint) as returning_buyers,
    cast(case when is_next_period_over then returned_buyers end as bigint) as returned_buyers,
    cast(occasions as bigint) as occasions,
    cast(occasions - buyers as bigint) as repeat_occasions,
    cast(revenue_net_cny as decimal(18, 4)) as revenue_net_cny,
    cast(new_buyer_revenue_net_cny as decimal(18, 4)) as new_buyer_revenue_net_cny,
    cast(revenue_net_cny - new_buyer_revenue_net_cny as decimal(18, 4))
        as returning_buyer_revenue_net_cny,
    case when is_period_over then cast(repeat_buyers as double) / buyers end as repeat_buyer_rate,
    case when is_period_over then cast(occasions - buyers as double) / occasions end
        as repeat_occasion_rate,
    case when is_next_period_over then cast(returned_buyers as double) / buyers end
        as next_period_return_rate,
    is_period_over,
    is_next_period_over
from matured
