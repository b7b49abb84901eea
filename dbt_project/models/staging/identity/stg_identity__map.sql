with source as (

    select * from {{ source('identity', 'identity_map') }}

),

renamed as (

    select
        -- ids
        identifier_id,
        component_id,
        customer_id,

        -- timestamps
        valid_from,
        valid_to
    from source

)

select * from renamed
