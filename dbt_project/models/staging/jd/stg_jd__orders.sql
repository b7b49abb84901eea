{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_jd',
        meta={'touches': {'touched_order_ids': "'jd', order_id_jd"}}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_jd', 'orders'), ['order_id_jd'], 'group') }}

),

renamed as (

    select
        -- ids
        order_id_jd,
        product_id_jd,
        buyer_account_key,
        receiver_phone_key,
        _account as account,

        -- strings
        product_title,
        payment_method,
        replace(replace(order_status, '(删除)', ''), '（删除）', '') as order_status,
        order_type,
        buyer_account_masked,
        receiver_province,
        receiver_city,
        receiver_phone_masked,
        merchant_code,
        merchant_sku,
        order_source,
        order_channel,

        -- numerics
        quantity,
        unit_price_cny,
        total_cny,
        settled_cny,
        balance_paid_cny,
        payable_cny,
        receivable_cny,
        shipping_fee_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans: a deleted order keeps the status that it had
        coalesce(order_status like '(删除)%' or order_status like '（删除）%', false) as is_deleted,

        -- timestamps
        created_at,
        paid_at,
        completed_at,
        _exported_at as exported_at
    from source

)

select * from renamed
