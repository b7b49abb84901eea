with source as (

    select * from {{ source('raw_outreach', 'sms_sends') }}

),

renamed as (

    select
        -- ids
        phone_key,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        coalesce(is_clicked, clicked_at is not null) as has_clicked,
        coalesce(is_unsubscribed, unsubscribed_at is not null) as has_unsubscribed,

        -- timestamps
        coalesce(clicked_at, unsubscribed_at, receipt_at, sent_at) as reacted_at,
        _exported_at as exported_at
    from source

)

select * from renamed
