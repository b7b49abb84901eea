-- How many paths hold exactly these channels, converting and not. All that Shapley values need.
with paths as (

    select
        lookback_days,
        channel_set,
        1 as conversions
    from {{ ref('int_attribution__sets') }}
    union all
    select
        lookback_days,
        bit_or({{ bit('channel_number - 1') }}) as channel_set,
        0 as conversions
    from {{ ref('int_attribution__null_paths') }}
    where not is_censored
    group by lookback_days, customer_id, path_number

)

select
    lookback_days,
    channel_set,
    cast(sum(conversions) as bigint) as conversions,
    count(*) as paths
from paths
group by lookback_days, channel_set
