-- Of the people who came new to a platform in one week: how many reached each stage by the as-of
-- day, how many stand in it now, and how long it took from the stage before.
with stages as (

    select
        *,
        cast(date_trunc('week', new_date) as date) as entry_week
    from {{ ref('int_customers__lifecycle_stages') }}

),

reached as (

    {% for stage, previous in lifecycle_stages() -%}
        select
            lifecycle_platform,
            entry_week,
            '{{ stage }}' as lifecycle_stage,
            count(*) as customers,
            percentile_cont(0.5) within group (
                order by
                    {{ days_between((previous or 'new') ~ '_date', stage ~ '_date') }}
                    asc nulls last
            ) as median_days
        from stages
        where {{ stage }}_date is not null
        group by lifecycle_platform, entry_week
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

now_there as (

    select
        lifecycle_platform,
        entry_week,
        lifecycle_stage,
        count(*) as customers
    from stages
    group by lifecycle_platform, entry_week, lifecycle_stage

),

weeks as (

    select
        lifecycle_platform,
        entry_week,
        max(as_of_date) as as_of_date,
        count(*) as customers
    from stages
    group by lifecycle_platform, entry_week

),

names as (

    {% for stage, previous in lifecycle_stages() -%}
        select
            {{ loop.index }} as stage_number,
            '{{ stage }}' as lifecycle_stage,
            {{ "'" ~ previous ~ "'" if previous else 'cast(null as string)' }} as previous_stage
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

cells as (

    select
        weeks.as_of_date,
        weeks.lifecycle_platform,
        weeks.entry_week,
        names.stage_number,
        names.lifecycle_stage,
        names.previous_stage,
        weeks.customers as entered_customers,
        coalesce(reached.customers, 0) as customers,
        coalesce(now_there.customers, 0) as customers_now,
        case when names.previous_stage is not null then reached.median_days end as median_days
    from weeks
    cross join names
    left join reached
        on
            weeks.lifecycle_platform = reached.lifecycle_platform
            and weeks.entry_week = reached.entry_week
            and names.lifecycle_stage = reached.lifecycle_stage
    left join now_there
        on
            weeks.lifecycle_platform = now_there.lifecycle_platform
            and weeks.entry_week = now_there.entry_week
            and names.lifecycle_stage = now_there.lifecycle_stage

)

select
    cells.as_of_date,
    cells.lifecycle_platform,
    cells.entry_week,
    cells.lifecycle_stage,
    cast(cells.stage_number as integer) as stage_number,
    cells.previous_stage,
    cast(cells.customers as bigint) as customers,
    cast(cells.customers_now as bigint) as customers_now,
    cast(cells.customers as double) / cells.entered_customers as share_of_entered,
    cast(cells.customers as double) / nullif(before_it.customers, 0) as share_of_previous,
    cast(cells.median_days as double) as median_days_from_previous,
    {{ days_between(add_days('cells.entry_week', 6), 'cells.as_of_date') }} as observed_days,
    {{ add_days('cells.entry_week', 6) }} <= cells.as_of_date as is_mature
from cells
left join cells as before_it
    on
        cells.lifecycle_platform = before_it.lifecycle_platform
        and cells.entry_week = before_it.entry_week
        and cells.previous_stage = before_it.lifecycle_stage
