-- Where everybody stands as of the day up to which all counts: the last stage reached; active only
-- while the last two-way behaviour lies within the active days of the industry profile.
with as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

active_now as (

    select distinct
        platform_days.customer_id,
        platform_days.lifecycle_platform
    from {{ ref('int_customers__platform_days') }} as platform_days
    cross join as_of
    where
        platform_days.lifecycle_stage = 'active'
        and platform_days.activity_date <= as_of.as_of_date
        and as_of.active_days
        > {{ days_between('platform_days.activity_date', 'as_of.as_of_date') }}

),

lifecycle as (

    select
        lifecycle.customer_id,
        lifecycle.lifecycle_platform,
        as_of.as_of_date,
        {% for stage, _ in lifecycle_stages() -%}
            case
                when lifecycle.{{ stage }}_date <= as_of.as_of_date then lifecycle.{{ stage }}_date
            end as {{ stage }}_date,
        {% endfor -%}
        active_now.customer_id is not null as is_active
    from {{ ref('customer_lifecycle') }} as lifecycle
    cross join as_of
    left join active_now
        on
            lifecycle.customer_id = active_now.customer_id
            and lifecycle.lifecycle_platform = active_now.lifecycle_platform
    where lifecycle.new_date <= as_of.as_of_date

),

numbered as (

    select
        *,
        case
            when referred_date is not null then 6
            when repurchased_date is not null then 5
            when converted_date is not null then 4
            when deposited_date is not null and is_active then 3
            when deposited_date is not null then 2
            else 1
        end as stage_number
    from lifecycle

)

select
    *,
    case stage_number
        {% for stage, _ in lifecycle_stages() -%}
            when {{ loop.index }} then '{{ stage }}'
        {% endfor -%}
    end as lifecycle_stage
from numbered
