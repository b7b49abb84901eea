with source as (

    select * from {{ source('identity', 'identity_ambiguous') }}

),

renamed as (

    select
        identifier_id,
        customers
    from source

)

select * from renamed
