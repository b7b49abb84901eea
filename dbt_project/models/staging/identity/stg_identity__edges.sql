with source as (

    select * from {{ source('identity', 'identity_edges') }}

),

renamed as (

    select
        -- ids
        identifier_id_a,
        identifier_id_b,
        rule_id,
        file_id,
        line_number,

        -- strings
        source,

        -- numerics
        evidence_count,

        -- timestamps
        first_at,
        last_at
    from source

)

select * from renamed
