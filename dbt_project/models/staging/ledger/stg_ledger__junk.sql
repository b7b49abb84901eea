with source as (

    select * from {{ source('ledger', 'junk') }}

),

renamed as (

    select
        file_id,
        rule,
        rows_junk
    from source

)

select * from renamed
