{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['order_id_xiaohongshu', 'aftersale_id_xiaohongshu', 'settled_at', 'transaction_type'],
        meta={'touches': {'touched_order_ids': "'xiaohongshu', order_id_xiaohongshu"}}
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_xiaohongshu', 'settlements'),
            ['order_id_xiaohongshu', 'aftersale_id_xiaohongshu', 'settled_at', 'transaction_type'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        order_id_xiaohongshu,
        aftersale_id_xiaohongshu,
        _account as account,

        -- strings
        transaction_type,
        settlement_account,

        -- numerics
        amount_cny,
        commission_base_cny,
        goods_cny,
        shipping_cny,
        platform_discount_cny,
        commission_cny,
        payment_fee_cny,
        author_commission_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        settled_at,
        _exported_at as exported_at
    from source

)

select * from renamed
