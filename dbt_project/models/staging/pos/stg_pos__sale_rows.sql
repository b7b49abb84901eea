with source as (

    select * from {{ source('raw_pos', 'sales') }}

),

renamed as (

    select
        -- ids
        member_id_crm,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        sold_at,
        _exported_at as exported_at
    from source

)

select * from renamed
