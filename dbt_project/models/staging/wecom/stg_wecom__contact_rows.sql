-- Every snapshot, not only the newest: who is missing from the next one has left.
with source as (

    select * from {{ source('raw_wecom', 'contacts') }}

),

renamed as (

    select
        -- ids
        external_userid,
        follow_userid,
        unionid,
        remark_phones_keys,
        _account as account,

        -- strings
        state,

        -- numerics
        add_way,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        added_at,
        {{ local_date('_exported_at') }} as snapshot_date,
        _exported_at as exported_at
    from source

)

select * from renamed
