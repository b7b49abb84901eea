-- Credit summed up to days: one row per look-back, model, day of the conversion, day of the touch,
-- channel, campaign and conversion type. Conversions with one touch or none are credited alike in
-- every model and stand here once, without one. A conversion without a touch has its own day as
-- both.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

paths as (

    select paths.*
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date

),

credit as (

    select
        lookback_days,
        cast(null as integer) as model_number,
        converted_date,
        touched_date,
        channel_number,
        campaign_key,
        conversion_type,
        count(case when is_valid then 1 end) as conversions,
        count(*) as conversions_gross,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny
    from paths
    where path_length <= 1
    group by
        lookback_days, converted_date, touched_date, channel_number, campaign_key, conversion_type
    union all
    select
        paths.lookback_days,
        credit.model_number,
        paths.converted_date,
        paths.touched_date,
        paths.channel_number,
        paths.campaign_key,
        paths.conversion_type,
        sum(case when paths.is_valid then credit.weight else 0 end) as conversions,
        sum(credit.weight) as conversions_gross,
        sum(credit.revenue_gross_cny) as revenue_gross_cny,
        sum(credit.refund_cny) as refund_cny
    from {{ ref('int_attribution__credit') }} as credit
    inner join paths
        on
            credit.lookback_days = paths.lookback_days
            and credit.path_key = paths.path_key
            and credit.position = paths.position
    where paths.path_length > 1
    group by
        paths.lookback_days, credit.model_number, paths.converted_date, paths.touched_date,
        paths.channel_number, paths.campaign_key, paths.conversion_type

)

select * from credit
