with materials as (

    select * from {{ ref('stg_qianchuan__materials') }}

),

products as (

    select * from {{ ref('stg_qianchuan__products') }}

)

select
    'qianchuan' as source,
    'qianchuan' as ad_product,
    account,
    'material' as report_level,
    cast(null as string) as project_id,
    cast(null as string) as project_name,
    cast(null as string) as unit_id,
    cast(null as string) as unit_name,
    material_id,
    material_name,
    cast(null as string) as product_id,
    cast(null as string) as product_title,
    spend_cny,
    cast(null as bigint) as impressions,
    cast(null as bigint) as clicks,
    cast(net_orders as decimal(18, 4)) as conversions,
    cast(null as bigint) as deep_conversions,
    gmv_cny,
    report_date
from materials
union all
select
    'qianchuan' as source,
    'qianchuan' as ad_product,
    account,
    'product' as report_level,
    cast(null as string) as project_id,
    cast(null as string) as project_name,
    cast(null as string) as unit_id,
    cast(null as string) as unit_name,
    cast(null as string) as material_id,
    cast(null as string) as material_name,
    product_id_douyin as product_id,
    product_title,
    spend_cny,
    impressions,
    clicks,
    cast(null as decimal(18, 4)) as conversions,
    cast(null as bigint) as deep_conversions,
    gmv_cny,
    report_date
from products
