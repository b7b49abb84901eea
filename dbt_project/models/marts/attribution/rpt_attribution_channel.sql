-- Credit and spend meet on the day of the conversion and the channel, each summed up before the
-- join. Spend stands once in every model: sum it within one. Sums of weights are rounded to nine
-- decimals, so that the order of adding up leaves no trace and equal input gives equal tables.
with as_of as (

    select
        as_of_date,
        attribution_lookback_days
    from {{ ref('int_calendar__as_of') }}

),

credit as (

    select
        converted_date as conversion_date,
        channel,
        model,
        lookback_days,
        round(sum(conversions), 9) as conversions,
        round(sum(conversions_gross), 9) as conversions_gross,
        round(sum(case when conversion_type = 'first_order' then conversions else 0 end), 9)
            as first_order_conversions,
        round(sum(case when conversion_type = 'repeat_order' then conversions else 0 end), 9)
            as repeat_order_conversions,
        round(sum(case when conversion_type = 'guest_order' then conversions else 0 end), 9)
            as guest_order_conversions,
        count(distinct conversion_id) as influenced_conversions,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        sum(revenue_net_cny) as revenue_net_cny
    from {{ ref('rpt_attribution_credit') }}
    group by converted_date, channel, model, lookback_days

),

spend as (

    select
        ad_spend.report_date as conversion_date,
        coalesce(ad_spend.channel, {{ channel_none() }}) as channel,
        sum(ad_spend.spend_cny) as spend_cny,
        sum(ad_spend.impressions) as impressions,
        sum(ad_spend.clicks) as clicks
    from {{ ref('fct_ad_spend') }} as ad_spend
    cross join as_of
    where ad_spend.report_date <= as_of.as_of_date
    group by ad_spend.report_date, coalesce(ad_spend.channel, {{ channel_none() }})

),

spend_by_model as (

    select
        spend.*,
        models.model,
        as_of.attribution_lookback_days as lookback_days
    from spend
    cross join {{ ref('attribution_models') }} as models
    cross join as_of

),

joined as (

    select
        coalesce(credit.conversion_date, spend_by_model.conversion_date) as conversion_date,
        coalesce(credit.channel, spend_by_model.channel) as channel,
        coalesce(credit.model, spend_by_model.model) as model,
        coalesce(credit.lookback_days, spend_by_model.lookback_days) as lookback_days,
        coalesce(credit.conversions, 0) as conversions,
        coalesce(credit.conversions_gross, 0) as conversions_gross,
        coalesce(credit.first_order_conversions, 0) as first_order_conversions,
        coalesce(credit.repeat_order_conversions, 0) as repeat_order_conversions,
        coalesce(credit.guest_order_conversions, 0) as guest_order_conversions,
        coalesce(credit.influenced_conversions, 0) as influenced_conversions,
        coalesce(credit.revenue_gross_cny, 0) as revenue_gross_cny,
        coalesce(credit.refund_cny, 0) as refund_cny,
        coalesce(credit.revenue_net_cny, 0) as revenue_net_cny,
        spend_by_model.spend_cny,
        spend_by_model.impressions,
        spend_by_model.clicks
    from credit
    full outer join spend_by_model
        on
            credit.conversion_date = spend_by_model.conversion_date
            and credit.channel = spend_by_model.channel
            and credit.model = spend_by_model.model

)

select
    as_of.as_of_date,
    'conversion_date' as basis,
    joined.conversion_date,
    joined.channel,
    case
        when joined.channel in ({{ channel_none() }}, {{ channel_unattributed() }})
            then joined.channel
        else channels.domain
    end as domain,
    joined.model,
    cast(joined.lookback_days as integer) as lookback_days,
    joined.conversions,
    joined.conversions_gross,
    cast(joined.first_order_conversions as double) as first_order_conversions,
    cast(joined.repeat_order_conversions as double) as repeat_order_conversions,
    cast(joined.guest_order_conversions as double) as guest_order_conversions,
    cast(joined.influenced_conversions as bigint) as influenced_conversions,
    cast(joined.revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(joined.refund_cny as decimal(18, 4)) as refund_cny,
    cast(joined.revenue_net_cny as decimal(18, 4)) as revenue_net_cny,
    cast(joined.spend_cny as decimal(18, 4)) as spend_cny,
    cast(joined.impressions as bigint) as impressions,
    cast(joined.clicks as bigint) as clicks,
    cast(joined.revenue_net_cny as double) / nullif(cast(joined.spend_cny as double), 0) as roas,
    cast(joined.spend_cny as double) / nullif(joined.conversions, 0) as cpa_cny,
    cast(joined.spend_cny as double) / nullif(cast(joined.first_order_conversions as double), 0)
        as new_customer_cac_cny,
    joined.conversions / nullif(
        round(sum(joined.conversions) over (partition by joined.conversion_date, joined.model), 9),
        0
    ) as share
from joined
cross join as_of
left join {{ ref('channels') }} as channels on joined.channel = channels.channel
