with source as (

    {{
        latest_snapshot(
            source('raw_wecom', 'contacts'),
            ['_account', 'external_userid', 'follow_userid'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        external_userid,
        follow_userid,
        unionid,
        oper_userid,
        remark_phones_keys,
        _account as account,

        -- strings
        name_masked,
        state,
        tags,
        _variant as export_variant,

        -- numerics
        contact_type,
        gender,
        add_way,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        added_at,
        _exported_at as exported_at
    from source

)

select * from renamed
