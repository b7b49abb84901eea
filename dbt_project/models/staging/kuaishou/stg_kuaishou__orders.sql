{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_kuaishou',
        meta={'touches': {'touched_order_ids': "'kuaishou', order_id_kuaishou"}}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_kuaishou', 'orders'), ['order_id_kuaishou'], 'group') }}

),

renamed as (

    select
        -- ids
        order_id_kuaishou,
        gift_order_id_kuaishou,
        product_id_kuaishou,
        author_id_kuaishou,
        leader_id_kuaishou,
        _account as account,

        -- strings
        order_status,
        payment_method,
        account_type,
        aftersale_status,
        order_carrier,
        product_title,
        sku_text,
        sku_code,
        sales_channel,
        author_name,
        province,
        city,
        store_name,

        -- numerics
        paid_cny,
        shipping_fee_cny,
        shop_discount_cny,
        platform_subsidy_cny,
        author_subsidy_cny,
        quantity,
        unit_price_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        paid_at,
        _exported_at as exported_at
    from source

)

select * from renamed
