with source as (

    select * from {{ source('identity', 'identity_guarded') }}

),

renamed as (

    select
        identifier_id,
        neighbour_type,
        neighbours,
        max_degree
    from source

)

select * from renamed
