with source as (

    {{
        latest_snapshot(
            source('raw_yuntu', 'assets'),
            [
                '_account',
                "case when tier in ('总资产', '人群总资产') then 'all' else tier end",
                'report_date',
            ],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        _account as account,

        -- strings
        case when tier in ('总资产', '人群总资产') then 'all' else tier end as tier,

        -- numerics
        brand_assets,
        brand_new,
        brand_lost,
        peer_assets,
        peer_new,
        peer_lost,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        _exported_at as exported_at
    from source

)

select * from renamed
