with source as (

    select * from {{ source('raw_parcel_cards', 'scans') }}

),

renamed as (

    select
        -- ids
        openid,
        unionid,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        scanned_at,
        _exported_at as exported_at
    from source

)

select * from renamed
