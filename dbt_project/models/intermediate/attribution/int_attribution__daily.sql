-- Credit summed up to days: one row per look-back, model, day of the conversion, day of the touch,
-- channel, campaign and conversion type. A conversion without a touch has its own day as both.
with paths as (

    select
        *,
        coalesce({{ local_date('touched_at') }}, converted_date) as touched_date,
        coalesce(campaign, {{ channel_none() }}) as campaign_name
    from {{ ref('int_attribution__paths') }}

),

models as (

    select model from {{ ref('attribution_models') }}
    where is_active

),

sole as (

    select
        lookback_days,
        converted_date,
        touched_date,
        channel,
        campaign_name as campaign,
        conversion_type,
        is_valid,
        count(*) as weight,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny
    from paths
    where path_length <= 1
    group by
        lookback_days, converted_date, touched_date, channel, campaign_name, conversion_type,
        is_valid

),

shared as (

    select
        paths.lookback_days,
        credit.model,
        paths.converted_date,
        paths.touched_date,
        paths.channel,
        paths.campaign_name as campaign,
        paths.conversion_type,
        paths.is_valid,
        sum(credit.weight) as weight,
        sum(credit.revenue_gross_cny) as revenue_gross_cny,
        sum(credit.refund_cny) as refund_cny
    from {{ ref('int_attribution__credit') }} as credit
    inner join paths
        on
            credit.lookback_days = paths.lookback_days
            and credit.conversion_id = paths.conversion_id
            and credit.touch_id = paths.touch_id
    group by
        paths.lookback_days, credit.model, paths.converted_date, paths.touched_date,
        paths.channel, paths.campaign_name, paths.conversion_type, paths.is_valid

),

every_credit as (

    select
        sole.lookback_days,
        models.model,
        sole.converted_date,
        sole.touched_date,
        sole.channel,
        sole.campaign,
        sole.conversion_type,
        sole.is_valid,
        sole.weight,
        sole.revenue_gross_cny,
        sole.refund_cny
    from sole
    cross join models
    union all
    select * from shared

)

select
    lookback_days,
    model,
    converted_date,
    touched_date,
    channel,
    campaign,
    conversion_type,
    sum(case when is_valid then weight else 0 end) as conversions,
    sum(weight) as conversions_gross,
    sum(revenue_gross_cny) as revenue_gross_cny,
    sum(refund_cny) as refund_cny
from every_credit
group by
    lookback_days, model, converted_date, touched_date, channel, campaign, conversion_type
