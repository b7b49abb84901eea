-- Credit summed up to days, as the attribution reports meet it: one row per cell (look-back, basis,
-- day, channel and conversion type), campaign and model, on the day of the conversion and again on
-- that of the touch. Conversions with one touch or none are credited alike in every model and stand
-- here once, without one. A conversion without a touch has its own day as both, and channel 0.
-- Campaign 0 stands for none, and for all in look-backs that the campaign report leaves out.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

paths as (

    select
        paths.lookback_days,
        paths.path_key,
        paths.position,
        paths.path_length,
        {{ cells_of_touch('paths') }},
        {% if var('attribution_detail_lookbacks', 'default') == 'all' -%}
            coalesce(paths.campaign_key, 0) as campaign_key,
        {%- else -%}
            case when lookbacks.is_default_lookback then coalesce(paths.campaign_key, 0) else 0 end
                as campaign_key,
        {%- endif %}
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
        cast(null as integer) as model_number,
        {% for _, day in bases() -%}
            cell_of_{{ day }},
        {% endfor -%}
        campaign_key,
        count(case when is_valid then 1 end) as conversions,
        count(*) as conversions_gross,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny
    from paths
    where path_length <= 1
    group by
        {% for _, day in bases() -%}
            cell_of_{{ day }},
        {% endfor -%}
        campaign_key

),

by_model as (

    select
        credit.model_number,
        {% for _, day in bases() -%}
            paths.cell_of_{{ day }},
        {% endfor -%}
        paths.campaign_key,
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
    {% for _, day in bases() -%}
        select
            cell_of_{{ day }} as cell_key,
            campaign_key,
            model_number,
            sum(conversions) as conversions,
            sum(conversions_gross) as conversions_gross,
            cast(sum(revenue_gross_cny) as decimal(18, 4)) as revenue_gross_cny,
            cast(sum(refund_cny) as decimal(18, 4)) as refund_cny
        from {{ credit }}
        group by cell_of_{{ day }}, campaign_key, model_number
        {{ 'union all' if not (is_last_credit and loop.last) }}
    {% endfor %}
{%- endfor %}
