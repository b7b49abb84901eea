with source as (

    select * from {{ source('ledger', 'quarantine') }}

),

renamed as (

    select
        -- ids
        file_id,
        line_number,

        -- strings
        column_name,
        header,
        value,
        reason,
        remedy,
        record
    from source

)

select * from renamed
