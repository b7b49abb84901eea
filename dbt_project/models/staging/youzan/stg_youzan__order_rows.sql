with source as (

    select * from {{ source('raw_youzan', 'orders') }}

),

renamed as (

    select
        -- ids
        buyer_phone_key,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        _exported_at as exported_at
    from source

)

select * from renamed
