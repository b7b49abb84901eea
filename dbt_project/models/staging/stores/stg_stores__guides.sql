with source as (

    {{ latest_snapshot(source('raw_stores', 'guides'), ['_account', 'guide_id'], 'row') }}

),

renamed as (

    select
        -- ids
        guide_id,
        wecom_userid,
        _account as account,

        -- strings
        guide_name,
        store_name,
        guide_status,
        _variant as export_variant,

        -- numerics
        monthly_cost_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        hired_on,
        _exported_at as exported_at
    from source

)

select * from renamed
