with source as (

    select * from {{ source('identity', 'identity_seen_earlier') }}

),

renamed as (

    select
        identifier_id,
        first_seen_at
    from source

)

select * from renamed
