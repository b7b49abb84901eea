with source as (

    select * from {{ source('increment', 'touched_order_ids') }}

),

renamed as (

    select distinct
        platform,
        order_id
    from source
    where order_id is not null

)

select * from renamed
