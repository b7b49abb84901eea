{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'order_name'],
        meta={'touches': {'touched_order_ids': "'shopify', order_name"}}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_shopify', 'orders'), ['_account', 'order_name'], 'group') }}

),

renamed as (

    select
        -- ids
        order_name,
        order_id_shopify,
        customer_email_key,
        customer_phone_key,
        billing_phone_key,
        _account as account,

        -- strings
        customer_email_masked,
        financial_status,
        fulfillment_status,
        upper(currency) as currency,
        discount_code,
        product_title,
        sku_code,
        customer_phone_masked,
        billing_phone_masked,
        country,
        province,
        city,
        payment_method,
        location,
        tags,
        order_source,

        -- numerics
        subtotal_local,
        shipping_fee_local,
        taxes_local,
        total_local,
        discount_local,
        quantity,
        unit_price_local,
        line_discount_local,
        refunded_local,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        has_marketing_consent,

        -- timestamps
        paid_at,
        fulfilled_at,
        created_at,
        cancelled_at,
        _exported_at as exported_at
    from source

)

select * from renamed
