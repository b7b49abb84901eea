with source as (

    {{
        latest_snapshot(
            source('raw_douyin', 'settlements'),
            ['settled_at', 'main_order_id_douyin', 'sub_order_id_douyin', 'settlement_type'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        main_order_id_douyin,
        sub_order_id_douyin,
        product_id_douyin,
        _account as account,

        -- strings
        settlement_account,
        settlement_type,
        business_type,
        order_type,

        -- numerics
        settled_cny,
        quantity,
        order_total_cny,
        goods_total_cny,
        shipping_fee_cny,
        shop_coupon_cny,
        earlier_refund_cny,
        platform_subsidy_cny,
        author_subsidy_cny,
        buyer_paid_cny,
        income_cny,
        platform_fee_cny,
        commission_cny,
        expense_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        has_earlier_refund,

        -- timestamps
        settled_at,
        created_at,
        _exported_at as exported_at
    from source

)

select * from renamed
