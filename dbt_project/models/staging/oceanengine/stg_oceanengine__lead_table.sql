with source as (

    {{
        latest_snapshot(
            source('raw_oceanengine', 'lead_table'),
            ['_account', 'lead_phone_key', 'lead_phone_masked', 'created_at', 'unit_id'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        lead_phone_key,
        unit_id,
        _account as account,

        -- strings
        lead_phone_masked,
        unit_name,

        -- numerics
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        created_at,
        _exported_at as exported_at
    from source

)

select * from renamed
