-- Persons: a fan had followed, been added, joined a group or become a member by the day of the
-- sale; a returning fan had also bought on an earlier day. Guests may be fans or not. Not
-- comparable with rpt_fan_live_audience, which adds up what the platform counts without naming
-- anybody.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

sales as (

    select
        orders.sale_date,
        orders.customer_id,
        orders.is_valid,
        orders.net_gmv_cny,
        live_channels.channel is not null as is_live,
        case
            when not orders.is_identified then 'guest'
            when customers.deposit_date > orders.sale_date or customers.deposit_date is null
                then 'other'
            when customers.first_order_date < orders.sale_date then 'returning_fan'
            else 'new_fan'
        end as buyer_kind
    from {{ ref('fct_orders') }} as orders
    inner join as_of on orders.sale_date <= as_of.as_of_date
    left join {{ ref('int_cohort__customers') }} as customers
        on orders.customer_id = customers.customer_id
    left join {{ ref('live_channels') }} as live_channels on orders.channel = live_channels.channel

),

places as (

    select
        sales.*,
        'all' as sales_place
    from sales
    union all
    select
        sales.*,
        'live' as sales_place
    from sales
    where is_live

),

counted as (

    {% for period in report_periods() -%}
        select
            '{{ period }}' as calendar_period,
            {{ report_period_start(period, 'sale_date') }} as period_start,
            sales_place,
            buyer_kind,
            count(*) filter (where is_valid) as orders,
            count(distinct customer_id) filter (where is_valid) as buyers,
            sum(net_gmv_cny) as net_gmv_cny
        from places
        group by {{ report_period_start(period, 'sale_date') }}, sales_place, buyer_kind
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

totalled as (

    select
        *,
        {{ report_period_end() }} as period_end,
        sum(net_gmv_cny) over (
            partition by calendar_period, period_start, sales_place
        ) as place_net_gmv_cny
    from counted

)

select
    as_of.as_of_date,
    totalled.calendar_period,
    totalled.period_start,
    totalled.period_end,
    totalled.sales_place,
    totalled.buyer_kind,
    cast(totalled.orders as bigint) as orders,
    cast(totalled.buyers as bigint) as buyers,
    cast(totalled.net_gmv_cny as decimal(18, 4)) as net_gmv_cny,
    cast(totalled.net_gmv_cny as double)
    / case when totalled.place_net_gmv_cny > 0 then totalled.place_net_gmv_cny end
        as place_net_gmv_share,
    totalled.period_end <= as_of.as_of_date as is_period_over
from totalled
cross join as_of
