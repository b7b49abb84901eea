-- How long it took customers to come back, or how long they have been watched without coming back,
-- counted: every report of repurchase reads these rows instead of the occasions.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

windows as (

    select window_days from {{ ref('int_repurchase__windows') }}

),

largest as (

    select max(window_days) as window_days from windows

),

-- for a number of days: the largest window that has passed, the smallest that contains it
day_windows as (

    select
        numbers.number as days,
        coalesce(
            max(case when windows.window_days <= numbers.number then windows.window_days end), 0
        ) as passed_window,
        min(case when windows.window_days >= numbers.number then windows.window_days end)
            as containing_window
    from {{ ref('int_calendar__numbers') }} as numbers
    inner join largest on numbers.number <= largest.window_days
    cross join windows
    group by numbers.number

),

steps as (

    select
        occasions.customer_id,
        occasions.occasion_number as from_n,
        {{ months_between("date '1970-01-01'", 'occasions.first_occasion_date') }} + 1
            as cohort_number,
        coalesce(occasions.next_occasion_date <= as_of.as_of_date, false) as is_repurchased,
        case
            when occasions.next_occasion_date <= as_of.as_of_date then occasions.gap_days
            else {{ days_between('occasions.occasion_date', 'as_of.as_of_date') }}
        end as duration_days,
        {{ days_between('occasions.occasion_date', 'as_of.as_of_date') }} as days_observed
    from {{ ref('int_orders__occasions') }} as occasions
    cross join as_of
    where
        occasions.occasion_number <= {{ var('repurchase_steps', 5) }}
        and occasions.occasion_date <= as_of.as_of_date

),

described as (

    select
        steps.from_n,
        steps.cohort_number,
        steps.is_repurchased,
        steps.duration_days,
        observed.passed_window as observed_window,
        channels.segment_id as channel_segment,
        domains.segment_id as domain_segment,
        coalesce(products.segment_id, other_products.segment_id) as product_segment
    from steps
    cross join largest
    inner join day_windows as observed
        on least(steps.days_observed, largest.window_days) = observed.days
    left join {{ ref('int_customers__first_touch') }} as first_touch
        on steps.customer_id = first_touch.customer_id
    left join {{ ref('int_customers__first_order') }} as first_order
        on steps.customer_id = first_order.customer_id
    inner join {{ ref('int_repurchase__segments') }} as channels
        on
            channels.segment_type = 'first_channel'
            and coalesce(first_touch.channel, {{ channel_unattributed() }}) = channels.segment_value
    inner join {{ ref('int_repurchase__segments') }} as domains
        on
            domains.segment_type = 'first_domain'
            and coalesce(first_touch.domain, {{ channel_unattributed() }}) = domains.segment_value
    left join {{ ref('int_repurchase__segments') }} as products
        on
            products.segment_type = 'first_product'
            and coalesce(first_order.first_product, {{ product_none() }}) = products.segment_value
    inner join {{ ref('int_repurchase__segments') }} as other_products
        on
            other_products.segment_type = 'first_product'
            and other_products.segment_value = {{ product_other() }}

),

counted as (

    select
        channel_segment,
        domain_segment,
        product_segment,
        from_n,
        cohort_number,
        is_repurchased,
        duration_days,
        observed_window,
        count(*) as customers
    from described
    group by
        grouping sets (
            (
                channel_segment, domain_segment, from_n, cohort_number, is_repurchased,
                duration_days, observed_window
            ),
            (product_segment, from_n, cohort_number, is_repurchased, duration_days, observed_window)
        )

),

segmented as (

    {% for segment in ['channel_segment', 'domain_segment', 'product_segment'] -%}
        select
            {{ segment }} as segment_id,
            from_n,
            cohort_number,
            is_repurchased,
            duration_days,
            observed_window,
            customers
        from counted
        where {{ segment }} is not null
        union all
    {% endfor -%}
    select
        segments.segment_id,
        counted.from_n,
        counted.cohort_number,
        counted.is_repurchased,
        counted.duration_days,
        counted.observed_window,
        counted.customers
    from counted
    inner join {{ ref('int_repurchase__segments') }} as segments on segments.segment_type = 'all'
    where counted.product_segment is not null

),

-- every month, and all of them as number 0
cells as (

    {% for cohort_number in ['cohort_number', '0'] -%}
        select
            {{ repurchase_cell('segment_id', cohort_number, 'from_n') }} as cell_id,
            is_repurchased,
            duration_days,
            observed_window,
            sum(customers) as customers
        from segmented
        group by
            {{ repurchase_cell('segment_id', cohort_number, 'from_n') }},
            is_repurchased,
            duration_days,
            observed_window
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    cells.cell_id,
    cells.is_repurchased,
    cast(cells.duration_days as integer) as duration_days,
    cast(cells.observed_window as integer) as observed_window,
    case when cells.is_repurchased then cast(day_windows.containing_window as integer) end
        as repurchase_window,
    cast(cells.customers as bigint) as customers
from cells
left join day_windows on cells.duration_days = day_windows.days
