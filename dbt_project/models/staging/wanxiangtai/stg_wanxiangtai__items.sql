with source as (

    {{
        latest_snapshot(
            source('raw_wanxiangtai', 'items'),
            ['_account', 'report_date', 'item_type'],
            'group'
        )
    }}

),

renamed as (

    select
        -- ids
        item_id,
        _account as account,

        -- strings
        item_type,
        item_name,

        -- numerics
        impressions,
        clicks,
        spend_cny,
        click_rate,
        direct_gmv_cny,
        indirect_gmv_cny,
        gmv_cny,
        ad_orders,
        presale_gmv_cny,
        carts,
        favourites,
        guided_visits,
        guided_visitors,
        members_joined,
        join_rate,
        buyers,
        new_buyers,
        new_buyer_share,
        member_first_buyers,
        member_gmv_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- dates and timestamps
        report_date,
        _exported_at as exported_at
    from source

)

select * from renamed
