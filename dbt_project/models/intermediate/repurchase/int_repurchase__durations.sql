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
        first_channels.segment_id as first_channel,
        first_domains.segment_id as first_domain,
        first_products.segment_id as first_product,
        product_roles.segment_id as product_role
    from steps
    cross join largest
    inner join day_windows as observed
        on least(steps.days_observed, largest.window_days) = observed.days
    -- left joins are not reordered: DuckDB would begin with the segments among themselves
    left join {{ ref('int_cohort__members') }} as members
        on steps.customer_id = members.customer_id
    {% for column in repurchase_segments() -%}
        left join {{ ref('int_repurchase__segments') }} as {{ column }}s
            on
                {{ column }}s.segment_type = '{{ column }}'
                and members.{{ column }} = {{ column }}s.segment_value
    {% endfor %}
),

-- a channel tells its domain, a product its role, but for those without a row of their own
counted as (

    select
        first_channel,
        first_domain,
        first_product,
        product_role,
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
                first_channel, first_domain, from_n, cohort_number, is_repurchased,
                duration_days, observed_window
            ),
            (
                first_product, product_role, from_n, cohort_number, is_repurchased,
                duration_days, observed_window
            )
        )

),

segmented as (

    {% for column in repurchase_segments() -%}
        select
            {{ column }} as segment_id,
            from_n,
            cohort_number,
            is_repurchased,
            duration_days,
            observed_window,
            customers
        from counted
        where {{ column }} is not null
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
    where counted.first_product is not null

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
