{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'scanned_at', 'card_batch', 'openid']
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_parcel_cards', 'scans'),
            ['_account', 'scanned_at', 'card_batch', 'openid'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        openid,
        unionid,
        order_id,
        _account as account,

        -- strings
        card_batch,
        state,
        _variant as export_variant,

        -- numerics
        reward_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        scanned_at,
        _exported_at as exported_at
    from source

)

select * from renamed
