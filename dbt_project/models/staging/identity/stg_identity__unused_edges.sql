with source as (

    select * from {{ source('identity', 'identity_unused_edges') }}

),

renamed as (

    select
        -- ids
        identifier_id_a,
        identifier_id_b,
        rule_id,

        -- strings
        source,
        reason,
        detail
    from source

)

select * from renamed
