with source as (

    select * from {{ source('ledger', 'handed_over') }}

),

renamed as (

    select
        -- ids
        customer_id,

        -- numerics
        packages,

        -- timestamps
        handed_over_date
    from source

)

select * from renamed
