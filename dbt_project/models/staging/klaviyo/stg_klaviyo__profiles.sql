{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'klaviyo_id']
    )
}}
with source as (

    {{ latest_snapshot(source('raw_klaviyo', 'profiles'), ['_account', 'klaviyo_id'], 'row') }}

),

renamed as (

    select
        -- ids
        email_key,
        klaviyo_id,
        phone_key,
        _account as account,

        -- strings
        email_masked,
        phone_masked,
        city,
        region,
        country,
        profile_source,
        email_consent,
        suppressions,
        _variant as export_variant,

        -- numerics
        orders_count,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        email_consent = 'SUBSCRIBED' as has_email_consent,

        -- timestamps
        email_consent_at,
        first_active_at,
        last_active_at,
        created_at,
        added_at,
        last_opened_at,
        last_clicked_at,
        _exported_at as exported_at
    from source

)

select * from renamed
