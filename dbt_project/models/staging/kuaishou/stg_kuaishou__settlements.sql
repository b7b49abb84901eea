{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['order_id_kuaishou', 'product_id_kuaishou', 'settled_at'],
        meta={'touches': {'touched_order_ids': "'kuaishou', order_id_kuaishou"}}
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_kuaishou', 'settlements'),
            ['order_id_kuaishou', 'product_id_kuaishou', 'settled_at'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        shop_id_kuaishou,
        order_id_kuaishou,
        product_id_kuaishou,
        author_id_kuaishou,
        _account as account,

        -- strings
        product_title,
        settlement_account,

        -- numerics
        quantity,
        paid_cny,
        platform_subsidy_cny,
        shop_subsidy_cny,
        income_cny,
        refund_cny,
        service_fee_cny,
        author_commission_cny,
        leader_commission_cny,
        expense_cny,
        settled_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        created_at,
        settled_at,
        _exported_at as exported_at
    from source

)

select * from renamed
