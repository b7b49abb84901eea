with source as (

    select * from {{ source('identity', 'identity_runs') }}

),

renamed as (

    select
        -- ids
        run_id,

        -- strings
        mode,
        reason,

        -- numerics
        identifiers,
        new_identifiers,
        edges,
        used_edges,
        blocked,
        guarded,
        ambiguous,
        refused,
        customers,
        largest_customer,
        created,
        merged,
        split,
        retired,
        moved_identifiers,
        solved_identifiers,
        cpu_seconds,

        -- timestamps
        run_at
    from source

)

select * from renamed
