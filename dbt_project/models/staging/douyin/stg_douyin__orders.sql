{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='main_order_id_douyin',
        meta={
            'distinct_texts': ['main_order_id_douyin', 'sub_order_id_douyin'],
            'touches': {'touched_order_ids': "'douyin', main_order_id_douyin"}
        }
    )
}}
with source as (

    {{ latest_snapshot(source('raw_douyin', 'orders'), ['main_order_id_douyin'], 'group') }}

),

renamed as (

    select
        -- ids
        main_order_id_douyin,
        sub_order_id_douyin,
        product_id_douyin,
        merchant_code,
        author_id_douyin,
        store_id,
        receiver_phone_key,
        _account as account,

        -- strings
        product_title,
        sku_text,
        payment_method,
        receiver_phone_masked,
        province,
        city,
        app_channel,
        traffic_source,
        traffic_type,
        traffic_format,
        traffic_channel,
        ad_channel,
        order_status,
        order_type,
        author_name,
        aftersale_status,
        cancel_reason,
        is_safe_buy as safe_buy,
        _variant as export_variant,

        -- numerics; a row may join the sub-orders of a main order with semicolons
        {{ joined_texts('sub_order_id_douyin') }} as sub_orders,
        quantity,
        unit_price_cny,
        payable_cny,
        shipping_fee_cny,
        discount_cny,
        platform_discount_cny,
        merchant_discount_cny,
        author_discount_cny,
        pay_discount_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        paid_at,
        completed_at,
        shipped_at,
        _exported_at as exported_at
    from source

)

select * from renamed
