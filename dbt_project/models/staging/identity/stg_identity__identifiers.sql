with source as (

    select * from {{ source('identity', 'identifiers') }}

),

seen_earlier as (

    select * from {{ source('identity', 'identity_seen_earlier') }}

),

renamed as (

    select
        source.identifier_id,
        source.identifier_type,
        source.identifier_value,
        coalesce(seen_earlier.first_seen_at, source.first_seen_at) as first_seen_at
    from source
    left join seen_earlier on source.identifier_id = seen_earlier.identifier_id

)

select * from renamed
