with source as (

    select * from {{ source('raw_crm', 'members') }}

),

renamed as (

    select
        -- ids
        member_id_crm,
        merged_into_member_id_crm,
        member_phone_key,
        tmall_nick_key,
        unionid,
        _account as account,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        joined_at,
        _exported_at as exported_at
    from source

)

select * from renamed
