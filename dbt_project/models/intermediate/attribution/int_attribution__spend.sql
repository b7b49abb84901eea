-- Spend up to the as-of day, as the attribution reports meet it: by day, channel and campaign.
select
    ad_spend.report_date as spend_date,
    coalesce(ad_spend.channel, {{ channel_none() }}) as channel,
    coalesce(ad_spend.unit_name, ad_spend.project_name, {{ channel_none() }}) as campaign,
    sum(ad_spend.spend_cny) as spend_cny,
    sum(ad_spend.impressions) as impressions,
    sum(ad_spend.clicks) as clicks
from {{ ref('fct_ad_spend') }} as ad_spend
cross join {{ ref('int_calendar__as_of') }} as as_of
where ad_spend.report_date <= as_of.as_of_date
group by
    ad_spend.report_date,
    coalesce(ad_spend.channel, {{ channel_none() }}),
    coalesce(ad_spend.unit_name, ad_spend.project_name, {{ channel_none() }})
