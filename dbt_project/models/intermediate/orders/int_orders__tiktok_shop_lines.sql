{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id'
    )
}}
-- The file names no currency: the shop's account does. Local amounts of one order share a rate, the
-- one of the day on which it was placed.
with skus as (

    select * from {{ ref('stg_tiktok_shop__orders') }}
    where {{ touched_order_ids_only('tiktok_shop', 'order_id_tiktok') }}

),

currencies as (

    select * from {{ ref('shop_currencies') }}
    where platform = 'tiktok_shop'

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

rated as (

    select
        skus.*,
        rates.cny_per_unit
    from skus
    left join currencies on skus.account = currencies.account
    left join rates
        on
            currencies.currency = rates.currency
            and {{ local_date('skus.created_at') }} >= rates.valid_from
            and ({{ local_date('skus.created_at') }} < rates.valid_to or rates.valid_to is null)

)

select
    'tiktok_shop:' || account || ':' || order_id_tiktok as order_key,
    order_id_tiktok as order_id,
    cast(null as string) as sub_order_id,
    sku_id_tiktok as product_id,
    seller_sku as product_code,
    account,
    buyer_username_key,
    product_title,
    order_status as line_status,
    province,
    quantity,
    cny_per_unit,
    cast(unit_price_local * cny_per_unit as decimal(18, 4)) as unit_price_cny,
    cast(
        coalesce(line_amount_local, unit_price_local * quantity) * cny_per_unit as decimal(18, 4)
    ) as amount_cny,
    cast(0 as decimal(18, 4)) as refund_cny,
    cast(order_amount_local * cny_per_unit as decimal(18, 4)) as order_amount_cny,
    cast(order_refund_local * cny_per_unit as decimal(18, 4)) as order_refund_cny,
    file_id,
    line_number,
    created_at,
    paid_at,
    cancelled_at
from rated
