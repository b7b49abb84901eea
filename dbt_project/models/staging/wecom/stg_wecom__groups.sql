with source as (

    {{ latest_snapshot(source('raw_wecom', 'groups'), ['_account', 'chat_id'], 'row') }}

),

renamed as (

    select
        -- ids
        chat_id,
        owner_userid,
        _account as account,

        -- strings
        group_name,
        group_type,
        _variant as export_variant,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        _exported_at as exported_at
    from source

)

select * from renamed
