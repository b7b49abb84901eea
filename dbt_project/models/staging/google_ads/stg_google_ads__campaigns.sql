with source as (

    {{
        latest_snapshot(
            source('raw_google_ads', 'campaigns'),
            ['_account', 'report_date'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        _account as account,

        -- strings
        campaign,
        currency,

        -- numerics
        clicks,
        impressions,
        click_rate,
        cost,
        conversions,
        conversion_value,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        _exported_at as exported_at
    from source

)

select * from renamed
