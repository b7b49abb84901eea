with spend as (

    select * from {{ ref('int_ads__oceanengine') }}

),

ad_channels as (

    select * from {{ ref('channel_map_ad_source') }}

)

select
    spend.source
    || ':' || spend.account
    || ':' || cast(spend.report_date as string)
    || ':' || spend.report_level
    || ':' || spend.project_id
    || ':' || spend.unit_id
    || ':' || spend.material_id as ad_spend_key,
    nullif(spend.project_id, '') as project_id,
    nullif(spend.unit_id, '') as unit_id,
    nullif(spend.material_id, '') as material_id,
    spend.source,
    spend.account,
    spend.report_level,
    spend.project_name,
    spend.unit_name,
    spend.material_name,
    ad_channels.channel,
    cast(spend.spend_cny as decimal(18, 4)) as spend_cny,
    cast(spend.impressions as bigint) as impressions,
    cast(spend.clicks as bigint) as clicks,
    cast(spend.conversions as bigint) as ad_conversions,
    cast(spend.deep_conversions as bigint) as ad_deep_conversions,
    spend.report_date
from spend
left join ad_channels on spend.source = ad_channels.source
