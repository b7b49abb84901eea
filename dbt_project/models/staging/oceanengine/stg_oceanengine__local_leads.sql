with source as (

    {{
        latest_snapshot(
            source('raw_oceanengine', 'local_leads'),
            ['_account', 'lead_id_oceanengine'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        lead_id_oceanengine,
        lead_phone_key,
        order_id_douyin_local,
        advertiser_id,
        unit_id,
        _account as account,

        -- strings
        lead_name_masked,
        lead_phone_masked,
        gender,
        province,
        city,
        flow_type,
        action_type,
        clue_type,
        follow_state,
        unit_name,

        -- numerics
        effective_state,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        created_at,
        modified_at,
        _exported_at as exported_at
    from source

)

select * from renamed
