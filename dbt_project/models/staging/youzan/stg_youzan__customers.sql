{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=[
            'account',
            'customer_phone_key',
            'customer_phone_masked',
            'customer_nick_masked',
            'became_customer_at',
        ]
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_youzan', 'customers'),
            [
                '_account',
                'customer_phone_key',
                'customer_phone_masked',
                'customer_nick_masked',
                'became_customer_at',
            ],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        customer_phone_key,
        _account as account,

        -- strings
        customer_name_masked,
        customer_nick_masked,
        customer_phone_masked,
        gender,
        tags,
        free_level,
        paid_level,
        distributor,
        guide,
        wecom_friend,
        source_channel,
        source_way,
        member_store,
        official_account,
        wechat_region,
        region,
        _variant as export_variant,

        -- numerics
        growth_value,
        points,
        balance_cny,
        orders_count,
        spent_cny,
        refunded_cny,
        refunded_orders_count,
        average_order_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- booleans
        is_member,

        -- timestamps
        last_purchase_at,
        became_customer_at,
        became_member_at,
        followed_official_account_at,
        last_visited_at,
        _exported_at as exported_at
    from source

)

select * from renamed
