with notes as (

    select * from {{ ref('stg_xiaohongshu_ads__juguang_notes') }}

)

select
    'xiaohongshu_ads' as source,
    'juguang' as ad_product,
    account,
    'note' as report_level,
    cast(null as string) as project_id,
    cast(null as string) as project_name,
    cast(null as string) as unit_id,
    cast(null as string) as unit_name,
    material_id,
    cast(null as string) as material_name,
    cast(null as string) as product_id,
    cast(null as string) as product_title,
    spend_cny,
    impressions,
    clicks,
    cast(leads as decimal(18, 4)) as conversions,
    wechat_adds as deep_conversions,
    cast(null as decimal(18, 4)) as gmv_cny,
    report_date
from notes
