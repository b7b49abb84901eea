{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'hubspot_contact_id']
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_hubspot', 'contacts'),
            ['_account', 'hubspot_contact_id'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        hubspot_contact_id,
        email_key,
        phone_key,
        _account as account,

        -- strings
        email_masked,
        phone_masked,
        contact_owner,
        lead_status,
        marketing_status,
        original_source,
        _variant as export_variant,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        last_activity_at,
        _exported_at as exported_at
    from source

)

select * from renamed
