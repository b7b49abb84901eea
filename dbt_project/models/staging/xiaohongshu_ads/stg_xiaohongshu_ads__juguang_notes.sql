with source as (

    {{
        latest_snapshot(
            source('raw_xiaohongshu_ads', 'juguang_notes'),
            ['_account', 'report_date'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        material_id,
        author_id_xiaohongshu,
        _account as account,

        -- strings
        author_name,

        -- numerics
        spend_cny,
        impressions,
        clicks,
        click_rate,
        interactions,
        messages_received,
        messages_begun,
        leads,
        lead_persons,
        wechat_adds,
        wechat_add_rate,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        _exported_at as exported_at
    from source

)

select * from renamed
