with source as (

    {{
        latest_snapshot(
            source('raw_xiaohongshu_ads', 'pugongying_orders'),
            ['_account', 'order_id_pugongying'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        order_id_pugongying,
        _account as account,

        -- strings
        order_name,
        brand_name,
        order_type,
        product_name,

        -- numerics
        notes,
        creators,
        quote_cny,
        service_fee_cny,
        budget_cny,
        consumed_cny,
        impressions,
        reads,
        readers,
        interactions,
        interaction_rate,
        follows,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        is_performance,

        -- dates and timestamps
        created_date,
        completed_date,
        updated_date,
        _exported_at as exported_at
    from source

)

select * from renamed
