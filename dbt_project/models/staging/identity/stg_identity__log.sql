with source as (

    select * from {{ source('identity', 'identity_log') }}

),

renamed as (

    select
        -- ids
        customer_id,
        other_customer_id,
        identifier_id,

        -- strings
        event,
        reason,

        -- timestamps
        run_at
    from source

)

select * from renamed
