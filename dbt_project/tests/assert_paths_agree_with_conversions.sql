-- In every look-back and for every goal each conversion has exactly one path.
with paths as (

    select
        lookback_days,
        goal,
        sum(conversions_gross) as conversions
    from {{ ref('rpt_attribution_path') }}
    group by lookback_days, goal

),

conversions as (

    select
        conversions.goal,
        count(*) as conversions
    from {{ ref('int_attribution__conversions') }} as conversions
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on conversions.converted_date <= as_of.as_of_date
    group by conversions.goal

)

select
    paths.lookback_days,
    paths.goal,
    paths.conversions,
    conversions.conversions as total_conversions
from paths
inner join conversions on paths.goal = conversions.goal
where paths.conversions <> conversions.conversions
