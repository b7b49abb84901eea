{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'campaign', 'batch', 'phone_key', 'phone_masked', 'sent_at'],
        meta={'distinct_texts': ['phone_key']}
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_outreach', 'sms_sends'),
            ['_account', 'campaign', 'batch', 'phone_key', 'phone_masked', 'sent_at'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        batch,
        phone_key,
        _account as account,

        -- strings
        campaign,
        phone_masked,
        send_status,
        _variant as export_variant,

        -- numerics
        row_number() over (
            partition by _account, campaign, batch, phone_key, phone_masked, sent_at
            order by _line_number asc nulls last
        ) as send_number,
        cost_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        is_clicked,
        is_unsubscribed,

        -- timestamps
        sent_at,
        receipt_at,
        clicked_at,
        unsubscribed_at,
        _exported_at as exported_at
    from source

)

select * from renamed
