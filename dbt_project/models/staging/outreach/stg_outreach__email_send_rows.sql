with source as (

    select * from {{ source('raw_outreach', 'email_sends') }}

),

renamed as (

    select
        -- ids
        email_key,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        clicked_at is not null as has_clicked,
        unsubscribed_at is not null as has_unsubscribed,

        -- timestamps
        coalesce(clicked_at, unsubscribed_at, sent_at) as reacted_at,
        _exported_at as exported_at
    from source

)

select * from renamed
