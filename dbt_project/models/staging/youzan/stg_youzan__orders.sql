{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_youzan',
        meta={'touches': {'touched_order_ids': "'youzan', order_id_youzan"}}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_youzan', 'orders'), ['order_id_youzan'], 'row') }}

),

renamed as (

    select
        -- ids
        order_id_youzan,
        buyer_phone_key,
        _account as account,

        -- strings
        sales_channel,
        shop_name,
        order_type,
        order_status,
        promotion_way,
        order_source,
        payment_method,
        product_titles,
        province,
        city,
        buyer_nick_masked,
        buyer_phone_masked,
        order_store,
        distributor,
        sales_guide,
        own_guide,
        refund_status,

        -- numerics
        goods_total_cny,
        shipping_fee_cny,
        shop_discount_cny,
        payable_cny,
        paid_cny,
        received_cny,
        products,
        -- titles that product_titles joins: all of them, unless a title holds a semicolon itself
        case
            when products > 1 and {{ joined_texts('product_titles') }} = products then products
            else 1
        end as joined_products,
        refund_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        is_member,

        -- timestamps
        created_at,
        paid_at,
        completed_at,
        _exported_at as exported_at
    from source

)

select * from renamed
