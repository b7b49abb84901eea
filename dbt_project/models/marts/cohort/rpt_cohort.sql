-- A cohort is fixed by the first valid occasion of a person's whole history. Cells that begin
-- after the as-of day do not exist; a cell whose month is still running has counts but no rates.
-- Refunds lower the month of the order that they belong to.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

members as (

    select
        occasions.customer_id,
        cast(date_trunc('month', occasions.occasion_date) as date) as cohort_period,
        coalesce(first_touch.channel, {{ channel_unattributed() }}) as first_channel,
        coalesce(first_touch.domain, {{ channel_unattributed() }}) as first_domain
    from {{ ref('int_orders__occasions') }} as occasions
    left join {{ ref('int_customers__first_touch') }} as first_touch
        on occasions.customer_id = first_touch.customer_id
    where occasions.occasion_number = 1

),

segmented as (

    select
        customer_id,
        cohort_period,
        'all' as segment_type,
        'all' as segment_value
    from members
    union all
    select
        customer_id,
        cohort_period,
        'first_channel' as segment_type,
        first_channel as segment_value
    from members
    union all
    select
        customer_id,
        cohort_period,
        'first_domain' as segment_type,
        first_domain as segment_value
    from members

),

sizes as (

    select
        segment_type,
        segment_value,
        cohort_period,
        count(*) as cohort_size
    from segmented
    group by segment_type, segment_value, cohort_period

),

activity as (

    -- money of orders that do not count (returns, full refunds) still lowers what came in
    select
        orders.customer_id,
        {{ months_between('members.cohort_period', 'orders.sale_date') }} as k,
        count(*) filter (where orders.is_valid) as orders,
        sum(case when orders.is_valid then orders.quantity else 0 end) as units,
        sum(orders.gmv_cny) as revenue_gross_cny,
        sum(orders.refund_cny) as refund_cny
    from {{ ref('fct_orders') }} as orders
    inner join members on orders.customer_id = members.customer_id
    cross join as_of
    where
        orders.sale_date <= as_of.as_of_date
        and orders.sale_date >= members.cohort_period
    group by
        orders.customer_id,
        {{ months_between('members.cohort_period', 'orders.sale_date') }}

),

-- a hundred years: enough, and the join stays small
months as (

    select number from {{ ref('int_calendar__numbers') }}
    where number < 1200

),

cells as (

    select
        sizes.segment_type,
        sizes.segment_value,
        sizes.cohort_period,
        sizes.cohort_size,
        months.number as k,
        {{ add_months('sizes.cohort_period', 'months.number') }} as period_start,
        last_day({{ add_months('sizes.cohort_period', 'months.number') }}) as period_end,
        as_of.as_of_date
    from sizes
    cross join as_of
    inner join months
        on months.number <= {{ months_between('sizes.cohort_period', 'as_of.as_of_date') }}

),

measured as (

    select
        segmented.segment_type,
        segmented.segment_value,
        segmented.cohort_period,
        activity.k,
        count(*) filter (where activity.orders > 0) as active_customers,
        sum(activity.orders) as orders,
        sum(activity.units) as units,
        sum(activity.revenue_gross_cny) as revenue_gross_cny,
        sum(activity.refund_cny) as refund_cny
    from activity
    inner join segmented on activity.customer_id = segmented.customer_id
    group by
        segmented.segment_type,
        segmented.segment_value,
        segmented.cohort_period,
        activity.k

),

filled as (

    select
        cells.*,
        cells.period_end <= cells.as_of_date as is_mature,
        coalesce(measured.active_customers, 0) as active_customers,
        coalesce(measured.orders, 0) as orders,
        coalesce(measured.units, 0) as units,
        coalesce(measured.revenue_gross_cny, 0) as revenue_gross_cny,
        coalesce(measured.refund_cny, 0) as refund_cny
    from cells
    left join measured
        on
            cells.segment_type = measured.segment_type
            and cells.segment_value = measured.segment_value
            and cells.cohort_period = measured.cohort_period
            and cells.k = measured.k

),

cumulated as (

    select
        *,
        sum(orders) over (
            partition by segment_type, segment_value, cohort_period
            order by k asc nulls last
            rows between unbounded preceding and current row
        ) as cum_orders,
        sum(revenue_gross_cny) over (
            partition by segment_type, segment_value, cohort_period
            order by k asc nulls last
            rows between unbounded preceding and current row
        ) as cum_revenue_gross_cny,
        sum(refund_cny) over (
            partition by segment_type, segment_value, cohort_period
            order by k asc nulls last
            rows between unbounded preceding and current row
        ) as cum_refund_cny
    from filled

)

select
    as_of_date,
    'month' as cohort_period_type,
    'first_order' as cohort_kind,
    'calendar' as clock,
    segment_type,
    segment_value,
    cohort_period,
    cast(k as integer) as k,
    period_start,
    period_end,
    cast(cohort_size as bigint) as cohort_size,
    cast(case when is_mature then cohort_size else 0 end as bigint) as eligible_customers,
    cast(active_customers as bigint) as active_customers,
    cast(orders as bigint) as orders,
    cast(units as decimal(18, 4)) as units,
    cast(revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(refund_cny as decimal(18, 4)) as refund_cny,
    cast(revenue_gross_cny - refund_cny as decimal(18, 4)) as revenue_net_cny,
    cast(cum_orders as bigint) as cum_orders,
    cast(cum_revenue_gross_cny as decimal(18, 4)) as cum_revenue_gross_cny,
    cast(cum_refund_cny as decimal(18, 4)) as cum_refund_cny,
    cast(cum_revenue_gross_cny - cum_refund_cny as decimal(18, 4)) as cum_revenue_net_cny,
    case
        when is_mature
            then cast(cum_revenue_gross_cny - cum_refund_cny as double) / cohort_size
    end as ltv_net_cny,
    case when is_mature then cast(active_customers as double) / cohort_size end as retention_rate,
    is_mature,
    least(period_end, as_of_date) as observed_through
from cumulated
