with source as (

    {{ latest_snapshot(source('raw_tmall', 'cash_flow'), ['flow_id_tmall'], 'group') }}

),

renamed as (

    select
        -- ids
        flow_id_tmall,
        order_id_tmall,
        sub_order_id_tmall,
        _account as account,

        -- strings
        booked_time,
        entry_type,
        business_text,
        pay_channel,
        shop_nick,

        -- numerics
        income_cny,
        expense_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        booked_date,
        recorded_at,
        changed_at,
        _exported_at as exported_at
    from source

)

select * from renamed
