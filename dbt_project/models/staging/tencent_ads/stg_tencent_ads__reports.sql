with source as (

    {{
        latest_snapshot(
            source('raw_tencent_ads', 'reports'),
            ['_account', 'report_date'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        unit_id,
        _account as account,

        -- strings
        unit_name,

        -- numerics
        impressions,
        clicks,
        spend_cny,
        conversions,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        _exported_at as exported_at
    from source

)

select * from renamed
