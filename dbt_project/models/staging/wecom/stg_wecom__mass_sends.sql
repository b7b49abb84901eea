{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'message_id', 'userid', 'external_userid', 'chat_id'],
        meta={'distinct_texts': ['external_userid']}
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_wecom', 'mass_sends'),
            ['_account', 'message_id', 'userid', 'external_userid', 'chat_id'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        message_id,
        userid,
        external_userid,
        chat_id,
        _account as account,

        -- strings
        campaign,
        send_type,
        _variant as export_variant,

        -- numerics
        send_status,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        sent_at,
        _exported_at as exported_at
    from source

)

select * from renamed
