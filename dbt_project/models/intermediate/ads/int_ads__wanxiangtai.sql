with items as (

    select * from {{ ref('stg_wanxiangtai__items') }}

)

select
    'wanxiangtai' as source,
    'wanxiangtai' as ad_product,
    account,
    'item' as report_level,
    cast(null as string) as project_id,
    cast(null as string) as project_name,
    cast(null as string) as unit_id,
    cast(null as string) as unit_name,
    cast(null as string) as material_id,
    cast(null as string) as material_name,
    item_id as product_id,
    item_name as product_title,
    spend_cny,
    impressions,
    clicks,
    cast(ad_orders as decimal(18, 4)) as conversions,
    cast(null as bigint) as deep_conversions,
    gmv_cny,
    report_date
from items
