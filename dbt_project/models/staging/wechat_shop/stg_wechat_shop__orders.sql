{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_wechat',
        meta={'touches': {'touched_order_ids': "'wechat_shop', order_id_wechat"}}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_wechat_shop', 'orders'), ['order_id_wechat'], 'group') }}

),

renamed as (

    select
        -- ids
        order_id_wechat,
        payment_id_wechat,
        gift_order_id_wechat,
        product_id_wechat,
        _account as account,

        -- strings
        order_status,
        province,
        city,
        payment_method,
        promotion_way,
        promotion_account_type,
        promotion_account_name,
        product_title,
        merchant_code,
        sku_code,
        sku_text,
        aftersale_text,

        -- numerics
        goods_total_cny,
        paid_cny,
        received_cny,
        shipping_fee_cny,
        promotion_fee_cny,
        unit_price_cny,
        unit_paid_cny,
        line_amount_cny,
        quantity,
        line_refund_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        paid_at,
        shipped_at,
        confirmed_at,
        settled_at,
        _exported_at as exported_at
    from source

)

select * from renamed
