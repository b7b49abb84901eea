with units as (

    select * from {{ ref('stg_zhitongche__units') }}

)

select
    'zhitongche' as source,
    'zhitongche' as ad_product,
    account,
    'unit' as report_level,
    project_id,
    project_name,
    unit_id,
    unit_name,
    cast(null as string) as material_id,
    cast(null as string) as material_name,
    product_id_tmall as product_id,
    cast(null as string) as product_title,
    spend_cny,
    impressions,
    clicks,
    cast(ad_orders as decimal(18, 4)) as conversions,
    cast(null as bigint) as deep_conversions,
    gmv_cny,
    report_date
from units
