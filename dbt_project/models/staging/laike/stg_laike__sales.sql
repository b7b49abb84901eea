{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['order_id_laike', 'sub_order_id_laike'],
        meta={'touches': {'touched_order_ids': "'laike', order_id_laike"}}
    )
}}
with source as (

    -- The file need not tell when a voucher was sold: the first export that holds it does.
    select
        delivered.*,
        min(delivered._exported_at) over (
            partition by delivered.order_id_laike, delivered.sub_order_id_laike
        ) as first_exported_at
    from {{ source('raw_laike', 'sales') }} as delivered
    {{
        join_keys_with_news(
            source('raw_laike', 'sales'), ['order_id_laike', 'sub_order_id_laike']
        )
    }}

),

latest as (

    {{ latest_snapshot('source', ['order_id_laike', 'sub_order_id_laike'], 'row') }}

),

renamed as (

    select
        -- ids
        order_id_laike,
        sub_order_id_laike,
        owner_id_douyin,
        _account as account,

        -- strings
        voucher_status,
        booking_status,
        product_title,
        order_tags,
        seller_role,
        sales_channel,
        owner_name,

        -- numerics
        received_cny,
        sales_cny,
        merchant_subsidy_cny,
        paid_cny,
        platform_subsidy_cny,
        service_fee_cny,
        service_fee_rate,
        author_commission_cny,
        boost_commission_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        paid_at,
        redeemed_at,
        first_exported_at,
        _exported_at as exported_at
    from latest

)

select * from renamed
