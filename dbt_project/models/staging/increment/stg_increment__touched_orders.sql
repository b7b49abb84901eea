with source as (

    select * from {{ source('increment', 'touched_orders') }}

),

renamed as (

    select distinct order_key
    from source
    where order_key is not null

)

select * from renamed
