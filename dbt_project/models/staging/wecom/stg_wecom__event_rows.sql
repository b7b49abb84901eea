with source as (

    select * from {{ source('raw_wecom', 'events') }}

),

renamed as (

    select
        -- ids
        external_userid,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        happened_at,
        _exported_at as exported_at
    from source

)

select * from renamed
