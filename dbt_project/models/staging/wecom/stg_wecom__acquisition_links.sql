with source as (

    {{
        latest_snapshot(
            source('raw_wecom', 'acquisition_links'),
            ['_account', 'follow_userid', 'added_at', 'customer_nick_key'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        customer_nick_key,
        follow_userid,
        traffic_id,
        lead_id,
        _account as account,

        -- strings
        link_name,
        customer_nick_masked,
        member_name,
        department,
        _variant as export_variant,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        added_at,
        _exported_at as exported_at
    from source

)

select * from renamed
