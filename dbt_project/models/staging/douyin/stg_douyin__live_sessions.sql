{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'host_id_douyin', 'started_at']
    )
}}
with source as (

    {{
        latest_snapshot(
            source('raw_douyin', 'live_sessions'),
            ['_account', 'host_id_douyin', 'started_at'],
            'row'
        )
    }}

),

renamed as (

    select
        -- ids
        host_id_douyin,
        _account as account,

        -- strings
        host_name,

        -- numerics
        minutes,
        exposed_persons,
        exposures,
        viewers,
        views,
        viewers_peak,
        viewers_average,
        minutes_per_viewer,
        comments,
        fan_group_joins,
        new_fans,
        lost_fans,
        fan_viewer_share,
        products,
        product_viewers,
        product_clickers,
        orders,
        gmv_cny,
        paid_cny,
        units,
        buyers,
        refunded_orders,
        refund_cny,
        commission_cny,
        view_to_order_rate,
        ad_spend_bound_cny,
        ad_spend_received_cny,
        net_gmv_cny,
        net_orders,
        refund_rate_1h,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        started_at,
        ended_at,
        _exported_at as exported_at
    from source

)

select * from renamed
