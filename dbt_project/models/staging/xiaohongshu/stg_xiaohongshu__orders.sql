{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_xiaohongshu',
        meta={'touches': {'touched_order_ids': "'xiaohongshu', order_id_xiaohongshu"}}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_xiaohongshu', 'orders'), ['order_id_xiaohongshu'], 'group') }}

),

renamed as (

    select
        -- ids
        order_id_xiaohongshu,
        receiver_phone_key,
        sku_id_xiaohongshu,
        author_id_xiaohongshu,
        user_id_xiaohongshu,
        product_id_xiaohongshu,
        _account as account,

        -- strings
        order_status,
        aftersale_status,
        order_type,
        order_mark,
        receiver_phone_masked,
        province,
        city,
        author_name,
        sku_title,
        sku_text,
        shop_name,
        merchant_code,
        product_title,

        -- numerics
        quantity,
        goods_total_cny,
        payable_cny,
        platform_discount_cny,
        shop_discount_cny,
        receivable_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        is_gift,

        -- timestamps
        paid_at,
        created_at,
        shipped_at,
        completed_at,
        _exported_at as exported_at
    from source

)

select * from renamed
