-- Two private shares, by who buys and by what brought the order; they answer different questions
-- and are never added. An order is the private domain's by its buyer when the buyer was deposited
-- by the day of the sale. Orders of unknown people may be anybody's: they count in the whole
-- alone.
with as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

customers as (

    select
        customer_id,
        deposit_date
    from {{ ref('int_cohort__customers') }}

),

sales as (

    select
        orders.sale_date,
        orders.customer_id,
        orders.is_identified,
        orders.is_valid,
        orders.gmv_cny,
        orders.net_gmv_cny,
        coalesce(customers.deposit_date <= orders.sale_date, false) as is_deposited
    from {{ ref('fct_orders') }} as orders
    inner join as_of on orders.sale_date <= as_of.as_of_date
    left join customers on orders.customer_id = customers.customer_id

),

buyers as (

    {% for period in report_periods() -%}
        select
            '{{ period }}' as calendar_period,
            {{ report_period_start(period, 'sale_date') }} as period_start,
            count(distinct customer_id) filter (where is_valid) as buyers,
            count(distinct customer_id) filter (where is_valid and is_deposited)
                as deposited_buyers,
            count(*) filter (where is_valid) as orders,
            count(*) filter (where is_valid and is_deposited) as deposited_orders,
            sum(gmv_cny) as gmv_cny,
            sum(net_gmv_cny) as net_gmv_cny,
            sum(case when is_identified then net_gmv_cny else 0 end) as identified_net_gmv_cny,
            sum(case when is_deposited then net_gmv_cny else 0 end) as deposited_net_gmv_cny
        from sales
        group by {{ report_period_start(period, 'sale_date') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- what has a day and adds up, and the days on which something was sold
events as (

    select distinct
        sale_date as event_date,
        0 as new_deposits,
        0 as new_customers,
        cast(null as decimal(18, 4)) as spend_cny,
        0 as attributed_cny,
        0 as attributed_private_cny
    from sales
    union all
    select
        customers.deposit_date as event_date,
        1 as new_deposits,
        0 as new_customers,
        cast(null as decimal(18, 4)) as spend_cny,
        0 as attributed_cny,
        0 as attributed_private_cny
    from customers
    where customers.deposit_date is not null
    union all
    select
        occasions.occasion_date as event_date,
        0 as new_deposits,
        1 as new_customers,
        cast(null as decimal(18, 4)) as spend_cny,
        0 as attributed_cny,
        0 as attributed_private_cny
    from {{ ref('int_orders__occasions') }} as occasions
    where occasions.occasion_number = 1
    union all
    select
        spend.spend_date as event_date,
        0 as new_deposits,
        0 as new_customers,
        cast(spend.spend_cny as decimal(18, 4)) as spend_cny,
        0 as attributed_cny,
        0 as attributed_private_cny
    from {{ ref('int_attribution__spend') }} as spend
    union all
    select
        attribution.credit_date as event_date,
        0 as new_deposits,
        0 as new_customers,
        cast(null as decimal(18, 4)) as spend_cny,
        attribution.revenue_net_cny as attributed_cny,
        case when attribution.domain = 'private' then attribution.revenue_net_cny else 0 end
            as attributed_private_cny
    from {{ ref('rpt_attribution_channel') }} as attribution
    where
        attribution.basis = 'conversion_date'
        and attribution.conversion_type = 'all_orders'
        and attribution.model = 'last_non_direct'
        and attribution.is_default_lookback

),

summed as (

    {% for period in report_periods() -%}
        select
            '{{ period }}' as calendar_period,
            {{ report_period_start(period, 'events.event_date') }} as period_start,
            sum(events.new_deposits) as new_deposits,
            sum(events.new_customers) as new_customers,
            sum(events.spend_cny) as spend_cny,
            sum(events.attributed_cny) as attributed_cny,
            sum(events.attributed_private_cny) as attributed_private_cny
        from events
        inner join as_of on events.event_date <= as_of.as_of_date
        group by {{ report_period_start(period, 'events.event_date') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- people may have been deposited long before the first order in the files
stocked as (

    select
        *,
        {{ report_period_end() }} as period_end,
        sum(new_deposits) over (
            partition by calendar_period order by period_start asc nulls last
            rows between unbounded preceding and current row
        ) as deposited_customers
    from summed

),

periods as (

    select
        stocked.*,
        min(buyers.period_start) over (partition by stocked.calendar_period) as first_start,
        coalesce(buyers.buyers, 0) as buyers,
        coalesce(buyers.deposited_buyers, 0) as deposited_buyers,
        coalesce(buyers.orders, 0) as orders,
        coalesce(buyers.deposited_orders, 0) as deposited_orders,
        coalesce(buyers.gmv_cny, 0) as gmv_cny,
        coalesce(buyers.net_gmv_cny, 0) as net_gmv_cny,
        coalesce(buyers.identified_net_gmv_cny, 0) as identified_net_gmv_cny,
        coalesce(buyers.deposited_net_gmv_cny, 0) as deposited_net_gmv_cny
    from stocked
    left join buyers
        on
            stocked.calendar_period = buyers.calendar_period
            and stocked.period_start = buyers.period_start

)

select
    as_of.as_of_date,
    periods.calendar_period,
    periods.period_start,
    periods.period_end,
    cast(periods.orders as bigint) as orders,
    cast(periods.deposited_orders as bigint) as deposited_orders,
    cast(periods.buyers as bigint) as buyers,
    cast(periods.deposited_buyers as bigint) as deposited_buyers,
    cast(periods.new_customers as bigint) as new_customers,
    cast(periods.new_deposits as bigint) as new_deposits,
    cast(periods.deposited_customers as bigint) as deposited_customers,
    cast(periods.gmv_cny as decimal(18, 4)) as gmv_cny,
    cast(periods.net_gmv_cny as decimal(18, 4)) as net_gmv_cny,
    cast(periods.identified_net_gmv_cny as decimal(18, 4)) as identified_net_gmv_cny,
    cast(periods.deposited_net_gmv_cny as decimal(18, 4)) as deposited_net_gmv_cny,
    cast(periods.attributed_private_cny as decimal(18, 4)) as attributed_private_net_gmv_cny,
    cast(periods.spend_cny as decimal(18, 4)) as spend_cny,
    cast(periods.deposited_net_gmv_cny as double)
    / case when periods.net_gmv_cny > 0 then periods.net_gmv_cny end
        as private_share,
    cast(periods.deposited_net_gmv_cny as double)
    / case when periods.identified_net_gmv_cny > 0 then periods.identified_net_gmv_cny end
        as private_share_of_identified,
    cast(periods.attributed_private_cny as double)
    / case when periods.attributed_cny > 0 then periods.attributed_cny end
        as attributed_private_share,
    cast(periods.deposited_net_gmv_cny as double) / nullif(periods.deposited_customers, 0)
        as arpu_cny,
    cast(periods.deposited_net_gmv_cny as double) / nullif(periods.deposited_buyers, 0)
        as arppu_cny,
    cast(periods.identified_net_gmv_cny - periods.deposited_net_gmv_cny as double)
    / nullif(periods.buyers - periods.deposited_buyers, 0) as other_arppu_cny,
    cast(periods.spend_cny as double) / nullif(periods.new_customers, 0)
        as cost_per_new_customer_cny,
    cast(periods.spend_cny as double) / nullif(periods.new_deposits, 0) as cost_per_deposit_cny,
    periods.period_end <= as_of.as_of_date as is_period_over
from periods
cross join as_of
where periods.period_start >= periods.first_start
