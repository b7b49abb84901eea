{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'openid', 'subscribed_at'],
        meta={'distinct_texts': ['openid']}
    )
}}
-- A follower who left and came back followed twice: the export knows only the latest time, the
-- older files still tell the time before.
with source as (

    {{
        latest_snapshot(
            source('raw_official_account', 'followers'),
            ['_account', 'openid', 'subscribed_at'],
            'row',
            'subscribed_at is not null'
        )
    }}

),

renamed as (

    select
        -- ids
        openid,
        _account as account,

        -- strings
        subscribe_scene,
        qr_scene_str,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        subscribed_at,
        _exported_at as exported_at
    from source

)

select * from renamed
