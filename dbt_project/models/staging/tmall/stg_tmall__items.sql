{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_tmall',
        meta={
            'distinct_texts': ['order_id_tmall', 'sub_order_id_tmall', 'payment_id_tmall', 'tracking_no'],
            'touches': {'touched_order_ids': "'tmall', order_id_tmall"}
        }
    )
}}
with source as (

    {{ latest_snapshot(source('raw_tmall', 'items'), ['order_id_tmall'], 'group') }}

),

renamed as (

    select
        -- ids
        sub_order_id_tmall,
        order_id_tmall,
        payment_id_tmall,
        product_id_tmall,
        outer_sku,
        merchant_code,
        tracking_no,
        _account as account,

        -- strings
        product_title,
        sku_properties,
        order_status,
        refund_status,
        _variant as export_variant,

        -- numerics
        unit_price_cny,
        quantity,
        payable_cny,
        received_cny,
        refund_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        paid_at,
        shipped_at,
        _exported_at as exported_at
    from source

)

select * from renamed
