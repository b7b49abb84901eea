with source as (

    select * from {{ source('identity', 'identity_log') }}

),

renamed as (

    select
        -- ids
        run_id,
        customer_id,
        other_customer_id,
        identifier_id,
        cause_identifier_id_a,
        cause_identifier_id_b,
        cause_rule_id,

        -- strings
        event,
        cause_source,
        reason,

        -- timestamps
        run_at
    from source

)

select * from renamed
