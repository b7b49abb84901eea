with source as (

    select * from {{ source('raw_shopify', 'orders') }}

),

renamed as (

    select
        -- ids
        customer_email_key,
        customer_phone_key,
        billing_phone_key,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        _exported_at as exported_at
    from source

)

select * from renamed
