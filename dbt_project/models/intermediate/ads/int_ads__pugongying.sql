-- What an order costs is booked once, on the day of the order: the consumption where it is paid by
-- performance, else price and fee. Its reads go on growing, so they are not figures of that day.
with orders as (

    select * from {{ ref('stg_xiaohongshu_ads__pugongying_orders') }}

)

select
    'xiaohongshu_ads' as source,
    'pugongying' as ad_product,
    account,
    'creator_order' as report_level,
    order_id_pugongying as project_id,
    order_name as project_name,
    cast(null as string) as unit_id,
    cast(null as string) as unit_name,
    cast(null as string) as material_id,
    cast(null as string) as material_name,
    cast(null as string) as product_id,
    product_name as product_title,
    case
        when is_performance then consumed_cny
        else quote_cny + coalesce(service_fee_cny, 0)
    end as spend_cny,
    cast(null as bigint) as impressions,
    cast(null as bigint) as clicks,
    cast(null as decimal(18, 4)) as conversions,
    cast(null as bigint) as deep_conversions,
    cast(null as decimal(18, 4)) as gmv_cny,
    created_date as report_date
from orders
