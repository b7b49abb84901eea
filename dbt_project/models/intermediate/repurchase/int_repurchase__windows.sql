-- The windows of the seed and the industry profile's own.
with windows as (

    select
        window_days,
        false as is_profile_window
    from {{ ref('repurchase_windows') }}
    union all
    select
        repurchase_days as window_days,
        true as is_profile_window
    from {{ ref('int_calendar__as_of') }}

)

select
    window_days,
    bool_or(is_profile_window) as is_profile_window
from windows
group by window_days
