with source as (

    select * from {{ source('increment', 'touched_touches') }}

),

renamed as (

    select distinct touch_id
    from source
    where touch_id is not null

)

select * from renamed
