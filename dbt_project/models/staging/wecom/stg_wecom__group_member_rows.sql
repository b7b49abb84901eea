-- Every snapshot, not only the newest: who is missing from the group's next one has left.
with source as (

    select * from {{ source('raw_wecom', 'group_members') }}

),

renamed as (

    select
        -- ids
        chat_id,
        userid,
        unionid,
        inviter_userid,
        _account as account,

        -- strings
        member_name_masked,
        _variant as export_variant,

        -- numerics
        member_type,
        join_scene,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        joined_at,
        {{ local_date('_exported_at') }} as snapshot_date,
        _exported_at as exported_at
    from source

)

select * from renamed
