with source as (

    {{
        latest_snapshot(
            source('raw_qianchuan', 'products'),
            ['_account', 'report_date'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        product_id_douyin,
        _account as account,

        -- strings
        product_title,

        -- numerics
        spend_cny,
        impressions,
        clicks,
        click_rate,
        conversion_rate,
        gmv_cny,
        paid_cny,
        platform_subsidy_cny,
        net_gmv_cny,
        refund_rate_1h,
        settlement_rate,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        _exported_at as exported_at
    from source

)

select * from renamed
