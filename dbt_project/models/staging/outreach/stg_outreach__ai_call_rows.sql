with source as (

    select * from {{ source('raw_outreach', 'ai_calls') }}

),

renamed as (

    select
        -- ids
        phone_key,
        _account as account,

        -- strings
        intent_level,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        called_at,
        _exported_at as exported_at
    from source

)

select * from renamed
