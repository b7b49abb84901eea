with source as (

    select * from {{ source('identity', 'identity_map') }}

),

renamed as (

    select
        identifier_id,
        customer_id
    from source

)

select * from renamed
