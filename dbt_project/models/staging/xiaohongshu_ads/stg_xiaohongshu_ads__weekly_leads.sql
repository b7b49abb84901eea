with source as (

    {{
        latest_snapshot(
            source('raw_xiaohongshu_ads', 'weekly_leads'),
            ['_account', 'publisher_id_xiaohongshu', 'publisher_name', 'week_start_date'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        publisher_id_xiaohongshu,
        _account as account,

        -- strings
        publisher_name,

        -- numerics
        message_persons,
        speaking_persons,
        message_leads,
        service_card_leads,
        appointment_leads,
        wechat_copy_leads,
        wecom_card_leads,
        landing_page_leads,
        trade_card_leads,
        leads,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        week_start_date,
        week_end_date,
        _exported_at as exported_at
    from source

)

select * from renamed
