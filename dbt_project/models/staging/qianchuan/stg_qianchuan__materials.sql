with source as (

    {{
        latest_snapshot(
            source('raw_qianchuan', 'materials'),
            ['_account', 'report_date'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        material_id,
        _account as account,

        -- strings
        material_name,
        material_grade,
        material_origin,
        material_labels,

        -- numerics
        spend_cny,
        gmv_cny,
        net_gmv_cny,
        net_orders,
        refund_rate_1h,
        settlement_rate,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        material_created_at,
        _exported_at as exported_at
    from source

)

select * from renamed
