with source as (

    select * from {{ source('increment', 'touched_conversions') }}

),

renamed as (

    select distinct conversion_id
    from source
    where conversion_id is not null

)

select * from renamed
