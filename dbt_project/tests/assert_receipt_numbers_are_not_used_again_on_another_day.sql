-- A receipt number that stands for receipts of different days would lose the older one, because
-- a newer file replaces it. Remedy: tills that start their numbers again every day need the
-- variable pos_receipt_number_restarts_daily: true in dbt_project.yml.
with delivered as (

    select
        _account,
        store_name,
        till_id,
        receipt_no,
        _file_id,
        min({{ local_date('sold_at') }}) as sold_date
    from {{ source('raw_pos', 'sales') }}
    group by _account, store_name, till_id, receipt_no, _file_id

)

select
    _account,
    store_name,
    till_id,
    receipt_no,
    min(sold_date) as first_date,
    max(sold_date) as last_date
from delivered
where {{ 'false' if var('pos_receipt_number_restarts_daily') else 'true' }}
group by _account, store_name, till_id, receipt_no
having min(sold_date) <> max(sold_date)
