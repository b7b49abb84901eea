-- Spend up to the as-of day, as the attribution reports meet it: by day, channel and campaign.
select
    ad_spend.report_date as spend_date,
    channels.channel_number,
    coalesce(campaigns.campaign_key, 0) as campaign_key,
    sum(ad_spend.spend_cny) as spend_cny,
    sum(ad_spend.impressions) as impressions,
    sum(ad_spend.clicks) as clicks
from {{ ref('fct_ad_spend') }} as ad_spend
cross join {{ ref('int_calendar__as_of') }} as as_of
inner join {{ ref('int_attribution__channels') }} as channels
    on coalesce(ad_spend.channel, {{ channel_none() }}) = channels.channel
left join {{ ref('int_attribution__campaigns') }} as campaigns
    on coalesce(ad_spend.unit_name, ad_spend.project_name) = campaigns.campaign
where ad_spend.report_date <= as_of.as_of_date
group by ad_spend.report_date, channels.channel_number, coalesce(campaigns.campaign_key, 0)
