{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='member_id_crm',
        meta={'distinct_texts': ['member_id_crm', 'member_phone_key']}
    )
}}
with source as (

    {{ latest_snapshot(source('raw_crm', 'members'), ['member_id_crm'], 'row') }}

),

renamed as (

    select
        -- ids
        member_id_crm,
        merged_into_member_id_crm,
        member_phone_key,
        tmall_nick_key,
        unionid,
        _account as account,

        -- strings
        member_name_masked,
        member_phone_masked,
        tmall_nick_masked,
        member_level,
        member_status,
        join_channel,
        store_name,
        guide_name,
        _variant as export_variant,

        -- numerics
        points,
        balance_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        has_marketing_consent,

        -- timestamps
        joined_at,
        _exported_at as exported_at
    from source

)

select * from renamed
