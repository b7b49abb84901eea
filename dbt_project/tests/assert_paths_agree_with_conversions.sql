-- In every look-back each conversion has exactly one path.
with paths as (

    select
        lookback_days,
        sum(conversions_gross) as conversions
    from {{ ref('rpt_attribution_path') }}
    group by lookback_days

),

conversions as (

    select count(*) as conversions from {{ ref('int_attribution__conversions') }}

)

select
    paths.lookback_days,
    paths.conversions,
    conversions.conversions as total_conversions
from paths
cross join conversions
where paths.conversions <> conversions.conversions
