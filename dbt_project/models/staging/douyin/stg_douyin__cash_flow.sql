with source as (

    {{ latest_snapshot(source('raw_douyin', 'cash_flow'), ['flow_id_douyin'], 'group') }}

),

renamed as (

    select
        -- ids
        flow_id_douyin,
        sub_order_id_douyin,
        main_order_id_douyin,
        aftersale_id_douyin,
        product_id_douyin,
        author_id_douyin,
        _account as account,

        -- strings
        direction,
        flow_account,
        scene,
        charge_type,
        order_type,

        -- numerics
        amount_cny,
        order_due_cny,
        refund_cny,
        platform_fee_cny,
        commission_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        moved_at,
        created_at,
        _exported_at as exported_at
    from source

)

select * from renamed
