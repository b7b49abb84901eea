-- A cohort is fixed by the first touch, deposit or valid order of a person's whole history; what
-- happened before that day does not count. Cells that begin after the as-of day do not exist. Rates
-- look at the customers whose cell has ended: all of a calendar cohort or none, in a rolling one
-- those who started early enough. A cell that nobody has lived to the end has counts and no rates.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

classes as (

    select
        *,
        row_number() over (
            order by
                {{ cohort_columns() | join(' asc nulls last, ') }} asc nulls last,
                mature_k asc nulls last
        ) as class_id,
        dense_rank() over (
            order by
                {{ cohort_columns() | join(' asc nulls last, ') }} asc nulls last
        ) as cohort_id
    from {{ ref('int_cohort__sizes') }}

),

cohorts as (

    select
        cohort_id,
        {{ cohort_columns() | join(', ') }},
        max(max_k) as max_k,
        sum(cohort_size) as cohort_size,
        min(first_start_date) as first_start_date,
        max(last_start_date) as last_start_date
    from classes
    group by cohort_id, {{ cohort_columns() | join(', ') }}

),

-- one more than is shown: there lies what happened later
steps as (

    select number as k from {{ ref('int_calendar__numbers') }}
    where number <= {{ cohort_cuts() | map(attribute="max_k") | max + 1 }}

),

class_cells as (

    select
        classes.class_id,
        classes.cohort_id,
        classes.cohort_size,
        classes.max_k,
        steps.k,
        steps.k <= classes.mature_k as is_eligible,
        coalesce(counts.active_customers, 0) as active_customers,
        coalesce(counts.repeat_active, 0) as repeat_active,
        coalesce(counts.last_active, 0) as last_active,
        coalesce(counts.orders, 0) as orders,
        coalesce(counts.units, 0) as units,
        coalesce(counts.revenue_gross_cny, 0) as revenue_gross_cny,
        coalesce(counts.refund_cny, 0) as refund_cny,
        coalesce(counts.cost_cny, 0) as cost_cny,
        coalesce(counts.orders_without_cost, 0) as orders_without_cost
    from classes
    inner join steps on steps.k <= least(classes.observed_k, classes.max_k + 1)
    left join {{ ref('int_cohort__counts') }} as counts
        on
            {% for column in cohort_columns() -%}
                classes.{{ column }} = counts.{{ column }}
                and {% endfor -%}
            classes.mature_k = counts.mature_k
            and steps.k = counts.k

),

followed as (

    select
        *,
        sum(revenue_gross_cny - refund_cny) over (
            partition by class_id order by k asc nulls last
            rows between unbounded preceding and current row
        ) as cum_revenue_net_cny,
        sum(last_active) over (
            partition by class_id order by k asc nulls last
            rows between current row and unbounded following
        ) as active_on_or_after
    from class_cells

),

cells as (

    select
        cohort_id,
        k,
        sum(active_customers) as active_customers,
        sum(repeat_active) as repeat_active,
        sum(active_on_or_after) as active_on_or_after,
        sum(orders) as orders,
        sum(units) as units,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        sum(cost_cny) as cost_cny,
        sum(orders_without_cost) as orders_without_cost,
        sum(case when is_eligible then cohort_size else 0 end) as eligible_customers,
        sum(case when is_eligible then active_customers else 0 end) as eligible_active,
        sum(case when is_eligible then active_on_or_after else 0 end)
            as eligible_active_on_or_after,
        sum(case when is_eligible then cum_revenue_net_cny end) as eligible_cum_revenue_net_cny
    from followed
    where k <= max_k
    group by cohort_id, k

),

cumulated as (

    select
        *,
        {% for measure in
            ['orders', 'units', 'revenue_gross_cny', 'refund_cny', 'cost_cny', 'orders_without_cost']
        -%}
            sum({{ measure }}) over (
                partition by cohort_id order by k asc nulls last
                rows between unbounded preceding and current row
            ) as cum_{{ measure }},
        {% endfor -%}
        max(case when eligible_customers > 0 then k end) over (partition by cohort_id)
            as last_eligible_k
    from cells

),

dated as (

    select
        cohorts.*,
        case cohorts.cohort_period_type
            {% for period in cohort_periods() -%}
                when '{{ period }}' then {{ period_first_day(period, 'cohorts.cohort_number') }}
            {% endfor -%}
        end as cohort_period,
        spend.spend_cny,
        cast(spend.spend_cny as double) / cohorts.cohort_size as cac_cny
    from cohorts
    left join {{ ref('int_cohort__spend') }} as spend
        on
            cohorts.cohort_period_type = spend.cohort_period_type
            and cohorts.segment_type = spend.segment_type
            and cohorts.segment_value = spend.segment_value
            and cohorts.cohort_number = spend.cohort_number
            and spend.spend_cny > 0

),

rated as (

    select
        dated.cohort_kind,
        dated.cohort_period_type,
        dated.clock,
        dated.segment_type,
        dated.segment_value,
        dated.cohort_number,
        dated.cohort_period,
        dated.first_start_date,
        dated.last_start_date,
        dated.cohort_size,
        dated.spend_cny,
        dated.cac_cny,
        cumulated.*,
        cast(cumulated.eligible_cum_revenue_net_cny as double)
        / nullif(cumulated.eligible_customers, 0) as ltv_net_cny
    from cumulated
    inner join dated on cumulated.cohort_id = dated.cohort_id

),

paid_back as (

    select
        *,
        {{ cohort_cell_start('k') }} as period_start,
        {{ cohort_cell_end('k') }} as period_end,
        {{ cohort_end() }} as cohort_end,
        min(case when ltv_net_cny >= cac_cny then k end) over (partition by cohort_id) as payback_k
    from rated

),

customers as (

    select
        cohort_kind,
        cohort_period_type,
        clock,
        segment_type,
        segment_value,
        cohort_period,
        k,
        period_start,
        period_end,
        cohort_end,
        cohort_size,
        eligible_customers,
        active_customers,
        repeat_active,
        active_on_or_after,
        eligible_active,
        eligible_active_on_or_after,
        orders,
        units,
        revenue_gross_cny,
        refund_cny,
        case when orders_without_cost = 0 then revenue_gross_cny - refund_cny - cost_cny end
            as margin_cny,
        cum_orders,
        cum_units,
        cum_revenue_gross_cny,
        cum_refund_cny,
        case
            when cum_orders_without_cost = 0
                then cum_revenue_gross_cny - cum_refund_cny - cum_cost_cny
        end as cum_margin_cny,
        ltv_net_cny,
        k > last_eligible_k - {{ var('cohort_right_edge_periods') }} as is_right_edge,
        spend_cny,
        cac_cny,
        payback_k
    from paid_back

),

guests as (

    select
        'guest_order' as cohort_kind,
        cohort_period_type,
        'calendar' as clock,
        'all' as segment_type,
        'all' as segment_value,
        period_start as cohort_period,
        0 as k,
        period_start,
        period_end,
        period_end as cohort_end,
        0 as cohort_size,
        0 as eligible_customers,
        cast(null as bigint) as active_customers,
        cast(null as bigint) as repeat_active,
        cast(null as bigint) as active_on_or_after,
        cast(null as bigint) as eligible_active,
        cast(null as bigint) as eligible_active_on_or_after,
        orders,
        units,
        revenue_gross_cny,
        refund_cny,
        cast(null as decimal(18, 4)) as margin_cny,
        orders as cum_orders,
        units as cum_units,
        revenue_gross_cny as cum_revenue_gross_cny,
        refund_cny as cum_refund_cny,
        cast(null as decimal(18, 4)) as cum_margin_cny,
        cast(null as double) as ltv_net_cny,
        false as is_right_edge,
        cast(null as decimal(18, 4)) as spend_cny,
        cast(null as double) as cac_cny,
        cast(null as integer) as payback_k
    from {{ ref('int_cohort__guests') }}

),

unioned as (

    select * from customers
    union all
    select * from guests

)

select
    as_of.as_of_date,
    unioned.cohort_period_type,
    unioned.cohort_kind,
    unioned.clock,
    unioned.segment_type,
    unioned.segment_value,
    unioned.cohort_period,
    cast(unioned.k as integer) as k,
    unioned.period_start,
    unioned.period_end,
    cast(unioned.cohort_size as bigint) as cohort_size,
    cast(unioned.eligible_customers as bigint) as eligible_customers,
    cast(unioned.active_customers as bigint) as active_customers,
    cast(unioned.repeat_active as bigint) as repeat_active,
    cast(unioned.active_on_or_after as bigint) as active_on_or_after,
    cast(unioned.eligible_active as bigint) as eligible_active,
    cast(unioned.eligible_active_on_or_after as bigint) as eligible_active_on_or_after,
    cast(unioned.orders as bigint) as orders,
    cast(unioned.units as decimal(18, 4)) as units,
    cast(unioned.revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(unioned.refund_cny as decimal(18, 4)) as refund_cny,
    cast(unioned.revenue_gross_cny - unioned.refund_cny as decimal(18, 4)) as revenue_net_cny,
    cast(unioned.margin_cny as decimal(18, 4)) as margin_cny,
    cast(unioned.cum_orders as bigint) as cum_orders,
    cast(unioned.cum_units as decimal(18, 4)) as cum_units,
    cast(unioned.cum_revenue_gross_cny as decimal(18, 4)) as cum_revenue_gross_cny,
    cast(unioned.cum_refund_cny as decimal(18, 4)) as cum_refund_cny,
    cast(unioned.cum_revenue_gross_cny - unioned.cum_refund_cny as decimal(18, 4))
        as cum_revenue_net_cny,
    cast(unioned.cum_margin_cny as decimal(18, 4)) as cum_margin_cny,
    unioned.ltv_net_cny,
    cast(unioned.eligible_active as double) / nullif(unioned.eligible_customers, 0)
        as retention_rate,
    cast(unioned.eligible_active_on_or_after as double) / nullif(unioned.eligible_customers, 0)
        as retention_on_or_after,
    1 - cast(unioned.eligible_active_on_or_after as double) / nullif(unioned.eligible_customers, 0)
        as churn_rate,
    cast(unioned.spend_cny as decimal(18, 4)) as spend_cny,
    unioned.cac_cny,
    cast(unioned.payback_k as integer) as payback_k,
    -- whoever may still join a running cohort has not lived any of its rolling periods
    greatest(unioned.period_end, unioned.cohort_end) <= as_of.as_of_date as is_mature,
    coalesce(unioned.is_right_edge, true) as is_right_edge,
    least(unioned.period_end, as_of.as_of_date) as observed_through
from unioned
cross join as_of
