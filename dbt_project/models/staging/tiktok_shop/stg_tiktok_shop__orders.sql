{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_tiktok',
        meta={'touches': {'touched_order_ids': "'tiktok_shop', order_id_tiktok"}}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_tiktok_shop', 'orders'), ['order_id_tiktok'], 'group') }}

),

renamed as (

    select
        -- ids
        order_id_tiktok,
        sku_id_tiktok,
        buyer_username_key,
        _account as account,

        -- strings
        order_status,
        order_substatus,
        cancelation_type,
        order_type,
        seller_sku,
        product_title,
        sku_text,
        cancel_reason,
        buyer_username_masked,
        country,
        province,
        payment_method,

        -- numerics
        quantity,
        returned_quantity,
        unit_price_local,
        line_total_local,
        line_amount_local,
        shipping_fee_local,
        taxes_local,
        order_amount_local,
        order_refund_local,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        paid_at,
        shipped_at,
        delivered_at,
        cancelled_at,
        _exported_at as exported_at
    from source

)

select * from renamed
