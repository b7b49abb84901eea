-- Credit summed up to days, as the attribution reports meet it: one row per look-back, model,
-- basis, day, channel, campaign and conversion type, on the day of the conversion and again on that
-- of the touch. Conversions with one touch or none are credited alike in every model and stand here
-- once, without one. A conversion without a touch has its own day as both, and channel 0. Campaign
-- 0 stands for none, and for all in look-backs that the campaign report leaves out.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

paths as (

    select
        paths.lookback_days,
        paths.path_key,
        paths.position,
        paths.path_length,
        paths.converted_date,
        paths.touched_date,
        coalesce(paths.channel_number, 0) as channel_number,
        {% if var('attribution_detail_lookbacks', 'default') == 'all' -%}
            coalesce(paths.campaign_key, 0) as campaign_key,
        {%- else -%}
            case when lookbacks.is_default_lookback then coalesce(paths.campaign_key, 0) else 0 end
                as campaign_key,
        {%- endif %}
        paths.conversion_type,
        paths.revenue_gross_cny,
        paths.refund_cny,
        paths.is_valid
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    inner join {{ ref('int_attribution__lookbacks') }} as lookbacks
        on paths.lookback_days = lookbacks.lookback_days

),

alike as (

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

),

by_model as (

    select
        paths.lookback_days,
        credit.model_number,
        paths.converted_date,
        paths.touched_date,
        paths.channel_number,
        paths.campaign_key,
        paths.conversion_type,
        case when paths.is_valid then credit.weight else 0 end as conversions,
        credit.weight as conversions_gross,
        credit.revenue_gross_cny,
        credit.refund_cny
    from {{ ref('int_attribution__credit') }} as credit
    inner join paths
        on
            credit.lookback_days = paths.lookback_days
            and credit.path_key = paths.path_key
            and credit.position = paths.position
    where paths.path_length > 1

)

{% for credit in ['alike', 'by_model'] -%}
    {%- set is_last_credit = loop.last -%}
    {% for is_touch_date, day in bases() -%}
        select
            lookback_days,
            model_number,
            {{ is_touch_date }} as is_touch_date,
            {{ day }} as credit_date,
            channel_number,
            campaign_key,
            conversion_type,
            sum(conversions) as conversions,
            sum(conversions_gross) as conversions_gross,
            cast(sum(revenue_gross_cny) as decimal(18, 4)) as revenue_gross_cny,
            cast(sum(refund_cny) as decimal(18, 4)) as refund_cny
        from {{ credit }}
        group by
            lookback_days, model_number, {{ day }}, channel_number, campaign_key, conversion_type
        {{ 'union all' if not (is_last_credit and loop.last) }}
    {% endfor %}
{%- endfor %}
