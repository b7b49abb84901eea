{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key=['account', 'store_name', 'till_id', 'sold_date', 'receipt_no'],
        meta={
            'distinct_texts': ['receipt_key'],
            'touches': {'touched_order_ids': "'pos', receipt_key"}
        }
    )
}}
{%- set receipt = ['_account', 'store_name', 'till_id', local_date('sold_at'), 'receipt_no'] -%}

with source as (

    {{ latest_snapshot(source('raw_pos', 'sales'), receipt, 'group') }}

),

renamed as (

    select
        -- ids
        receipt_no,
        till_id,
        member_id_crm,
        product_code,
        -- a receipt number is unique only within a store, till and local day
        coalesce(store_name, '') || '/' || coalesce(till_id, '') || '/'
        || cast({{ local_date('sold_at') }} as string) || '/' || receipt_no as receipt_key,
        _account as account,

        -- strings
        store_name,
        product_title,
        cashier,
        _variant as export_variant,

        -- numerics
        quantity,
        unit_price_cny,
        cast(coalesce(amount_cny, quantity * unit_price_cny) as decimal(18, 4)) as amount_cny,
        _file_id as file_id,
        _line_number as line_number,

        -- timestamps
        sold_at,
        {{ local_date('sold_at') }} as sold_date,
        _exported_at as exported_at
    from source

)

select * from renamed
