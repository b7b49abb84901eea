{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='aftersale_id_douyin',
        meta={'touches': {'touched_order_ids': "'douyin sub-order', sub_order_id_douyin"}}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_douyin', 'aftersales'), ['aftersale_id_douyin'], 'row') }}

),

renamed as (

    select
        -- ids
        aftersale_id_douyin,
        main_order_id_douyin,
        sub_order_id_douyin,
        product_id_douyin,
        _account as account,

        -- strings
        product_title,
        merchant_code,
        shipped_text,
        aftersale_type,
        aftersale_status,
        reason,
        reason_tag,
        refund_way,
        store_name,

        -- numerics
        payable_cny,
        goods_refund_cny,
        shipping_refund_cny,
        pay_discount_refund_cny,
        tax_refund_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        requested_at,
        agreed_at,
        refunded_at,
        received_at,
        closed_at,
        finished_at,
        _exported_at as exported_at
    from source

)

select * from renamed
