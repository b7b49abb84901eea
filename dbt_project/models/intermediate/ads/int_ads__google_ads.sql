-- Money in another currency is never added to yuan: it is turned into yuan by the rate of the day.
with campaigns as (

    select * from {{ ref('stg_google_ads__campaigns') }}

),

rates as (

    select * from {{ ref('exchange_rates') }}

)

select
    'google_ads' as source,
    'google_ads' as ad_product,
    campaigns.account,
    'campaign' as report_level,
    cast(null as string) as project_id,
    campaigns.campaign as project_name,
    cast(null as string) as unit_id,
    cast(null as string) as unit_name,
    cast(null as string) as material_id,
    cast(null as string) as material_name,
    cast(null as string) as product_id,
    cast(null as string) as product_title,
    cast(campaigns.cost * rates.cny_per_unit as decimal(18, 4)) as spend_cny,
    campaigns.impressions,
    campaigns.clicks,
    campaigns.conversions,
    cast(null as bigint) as deep_conversions,
    cast(campaigns.conversion_value * rates.cny_per_unit as decimal(18, 4)) as gmv_cny,
    campaigns.report_date
from campaigns
left join rates
    on
        campaigns.currency = rates.currency
        and campaigns.report_date >= rates.valid_from
        and (campaigns.report_date < rates.valid_to or rates.valid_to is null)
