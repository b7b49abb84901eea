with spend as (

    select * from {{ ref('int_ads') }}

),

ad_channels as (

    select * from {{ ref('channel_map_ad_product') }}

)

select
    spend.ad_product
    || ':' || spend.account
    || ':' || cast(spend.report_date as string)
    || ':' || spend.report_level
    || ':' || spend.project_key
    || ':' || spend.unit_key
    || ':' || spend.material_key
    || ':' || spend.product_key as ad_spend_key,
    spend.project_id,
    spend.unit_id,
    spend.material_id,
    spend.product_id,
    spend.source,
    spend.ad_product,
    spend.account,
    spend.report_level,
    spend.project_name,
    spend.unit_name,
    spend.material_name,
    spend.product_title,
    ad_channels.channel,
    cast(spend.spend_cny as decimal(18, 4)) as spend_cny,
    cast(spend.impressions as bigint) as impressions,
    cast(spend.clicks as bigint) as clicks,
    cast(spend.conversions as decimal(18, 4)) as ad_conversions,
    cast(spend.deep_conversions as bigint) as ad_deep_conversions,
    cast(spend.gmv_cny as decimal(18, 4)) as ad_gmv_cny,
    spend.report_date
from spend
left join ad_channels on spend.ad_product = ad_channels.ad_product
