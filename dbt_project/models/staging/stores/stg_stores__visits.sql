{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=[
            'account',
            'visited_at',
            'store_name',
            'member_id_crm',
            'visitor_phone_key',
            'visitor_phone_masked',
        ]
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_stores', 'visits'),
            [
                '_account',
                'visited_at',
                'store_name',
                'member_id_crm',
                'visitor_phone_key',
                'visitor_phone_masked',
            ],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        member_id_crm,
        visitor_phone_key,
        _account as account,

        -- strings
        store_name,
        visitor_phone_masked,
        guide_name,
        visit_channel,
        _variant as export_variant,

        -- numerics
        row_number() over (
            partition by
                _account,
                visited_at,
                store_name,
                member_id_crm,
                visitor_phone_key,
                visitor_phone_masked
            order by _line_number asc nulls last
        ) as visit_number,
        amount_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        has_bought,

        -- timestamps
        visited_at,
        _exported_at as exported_at
    from source

)

select * from renamed
