with source as (

    {{
        latest_snapshot(
            source('raw_zhitongche', 'units'),
            ['_account', 'report_date'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        project_id,
        unit_id,
        product_id_tmall,
        _account as account,

        -- strings
        project_name,
        promotion_type,
        unit_name,

        -- numerics
        impressions,
        clicks,
        spend_cny,
        gmv_cny,
        ad_orders,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        _exported_at as exported_at
    from source

)

select * from renamed
