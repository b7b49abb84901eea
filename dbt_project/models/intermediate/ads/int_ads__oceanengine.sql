with reports as (

    select * from {{ ref('stg_oceanengine__reports') }}

)

select
    'oceanengine' as source,
    'oceanengine' as ad_product,
    account,
    report_level,
    project_id,
    project_name,
    unit_id,
    unit_name,
    material_id,
    material_name,
    cast(null as string) as product_id,
    cast(null as string) as product_title,
    spend_cny,
    impressions,
    clicks,
    cast(conversions as decimal(18, 4)) as conversions,
    deep_conversions,
    cast(null as decimal(18, 4)) as gmv_cny,
    report_date
from reports
