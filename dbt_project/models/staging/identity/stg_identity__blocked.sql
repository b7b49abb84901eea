with source as (

    select * from {{ source('identity', 'identity_blocked') }}

),

renamed as (

    select
        identifier_id,
        reason
    from source

)

select * from renamed
