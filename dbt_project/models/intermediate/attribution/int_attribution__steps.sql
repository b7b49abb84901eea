-- How often paths take each step: the last four channels at a touch, whether the path ends there,
-- and whether it ends in a conversion. All that a Markov chain of order 1 to 3 needs.
with steps as (

    select
        lookback_days,
        recent_channels,
        position = path_length as is_last,
        true as is_conversion,
        case when position = path_length then revenue_gross_cny else 0 end as revenue_cny
    from {{ ref('int_attribution__paths') }}
    where path_length > 0
    union all
    select
        lookback_days,
        recent_channels,
        position = path_length as is_last,
        false as is_conversion,
        0 as revenue_cny
    from {{ ref('int_attribution__null_paths') }}
    where not is_censored

)

select
    lookback_days,
    recent_channels,
    is_last,
    is_conversion,
    count(*) as paths,
    cast(sum(revenue_cny) as double) as revenue_cny
from steps
group by lookback_days, recent_channels, is_last, is_conversion
