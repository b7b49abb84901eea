with source as (

    select * from {{ source('increment', 'touched_customers') }}

),

renamed as (

    select distinct customer_id
    from source
    where customer_id is not null

)

select * from renamed
