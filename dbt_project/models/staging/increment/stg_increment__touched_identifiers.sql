with source as (

    select * from {{ source('increment', 'touched_identifiers') }}

),

renamed as (

    select distinct identifier_id
    from source
    where identifier_id is not null

)

select * from renamed
