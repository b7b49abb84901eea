with source as (

    {{
        latest_snapshot(
            source('raw_wecom', 'statistics'),
            ['_account', 'userid', 'day_starts_at'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        userid,
        _account as account,

        -- strings
        _variant as export_variant,

        -- numerics
        new_applications,
        new_contacts,
        chats,
        messages,
        reply_rate,
        first_reply_minutes,
        negative_feedback,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        {{ local_date('day_starts_at') }} as stat_date,
        day_starts_at,
        _exported_at as exported_at
    from source

)

select * from renamed
