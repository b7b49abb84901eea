with reports as (

    select * from {{ ref('stg_tencent_ads__reports') }}

)

select
    'tencent_ads' as source,
    'tencent_ads' as ad_product,
    account,
    'ad' as report_level,
    cast(null as string) as project_id,
    cast(null as string) as project_name,
    unit_id,
    unit_name,
    cast(null as string) as material_id,
    cast(null as string) as material_name,
    cast(null as string) as product_id,
    cast(null as string) as product_title,
    spend_cny,
    impressions,
    clicks,
    cast(conversions as decimal(18, 4)) as conversions,
    cast(null as bigint) as deep_conversions,
    cast(null as decimal(18, 4)) as gmv_cny,
    report_date
from reports
