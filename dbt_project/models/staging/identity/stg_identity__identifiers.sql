with source as (

    select * from {{ source('identity', 'identifiers') }}

),

renamed as (

    select
        identifier_id,
        identifier_type,
        identifier_value,
        first_seen_at
    from source

)

select * from renamed
