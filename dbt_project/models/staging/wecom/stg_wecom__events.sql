with source as (

    {{
        latest_snapshot(
            source('raw_wecom', 'events'),
            ['_account', 'external_userid', 'follow_userid', 'change_type', 'happened_at'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        follow_userid,
        external_userid,
        _account as account,

        -- strings
        change_type,
        state,
        loss_source,
        fail_reason,
        _variant as export_variant,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        happened_at,
        _exported_at as exported_at
    from source

)

select * from renamed
