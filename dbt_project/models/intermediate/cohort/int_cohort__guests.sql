-- Orders that name nobody: counted in the period they were sold in, refunds in the period they were
-- booked in. Nobody can say whether a guest came back.
with booked as (

    select
        sale_date as booked_date,
        case when is_valid then 1 else 0 end as orders,
        case when is_valid then quantity else 0 end as units,
        gmv_cny as revenue_gross_cny,
        cast(0 as decimal(18, 4)) as refund_cny
    from {{ ref('fct_orders') }}
    where not is_identified and sale_date is not null
    union all
    select
        {{ refund_booked_date() }} as booked_date,
        0 as orders,
        0 as units,
        cast(0 as decimal(18, 4)) as revenue_gross_cny,
        refunded_cny as refund_cny
    from {{ ref('fct_refunds') }}
    where not is_identified and sale_date is not null

),

days as (

    select
        booked.booked_date,
        sum(booked.orders) as orders,
        sum(booked.units) as units,
        sum(booked.revenue_gross_cny) as revenue_gross_cny,
        sum(booked.refund_cny) as refund_cny
    from booked
    inner join {{ ref('int_calendar__as_of') }} as as_of on booked.booked_date <= as_of.as_of_date
    group by booked.booked_date

)

{% for period in cohort_periods() %}
    select
        '{{ period }}' as cohort_period_type,
        {{ period_first_day(period, 'cohort_number') }} as period_start,
        {{ add_days(period_first_day(period, 'cohort_number + 1'), -1) }} as period_end,
        sum(orders) as orders,
        sum(units) as units,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny
    from (
        select
            *,
            {{ period_number(period, 'booked_date') }} as cohort_number
        from days
    ) as numbered
    group by cohort_number
    {% if not loop.last %}union all{% endif %}
{% endfor %}
