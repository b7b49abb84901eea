with source as (

    {{
        latest_snapshot(
            source('raw_oceanengine', 'reports'),
            ['_account', '_variant', 'report_date'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        project_id,
        unit_id,
        material_id,
        _account as account,

        -- strings
        _variant as report_level,
        project_name,
        unit_name,
        material_name,
        material_type,
        conversion_goal,

        -- numerics
        bid_cny,
        spend_cny,
        impressions,
        clicks,
        click_rate,
        conversions,
        conversion_rate,
        deep_conversions,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        _exported_at as exported_at
    from source

)

select * from renamed
