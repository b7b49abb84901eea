{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id'
    )
}}
-- A voucher that the report lists was sold; when, is told by 支付时间 where the file has it.
with vouchers as (

    select
        *,
        coalesce(paid_cny, received_cny, sales_cny, 0) as amount_cny,
        coalesce(paid_at, redeemed_at, first_exported_at) as sold_at
    from {{ ref('stg_laike__sales') }}
    where {{ touched_order_ids_only('laike', 'order_id_laike') }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'laike'

),

source_map as (

    select * from {{ ref('channel_map_order_source') }}
    where platform = 'laike'

),

known as (

    select
        vouchers.*,
        source_map.channel,
        coalesce(status_map.is_paid, vouchers.voucher_status is null)
        or vouchers.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) as is_closed
    from vouchers
    left join status_map on vouchers.voucher_status = status_map.order_status
    left join source_map on vouchers.sales_channel = source_map.order_source

)

select
    'laike:' || account || ':' || order_id_laike as order_key,
    order_id_laike as order_id,
    sub_order_id_laike as sub_order_id,
    cast(null as string) as product_id,
    cast(null as string) as product_code,
    account,
    product_title,
    voucher_status as line_status,
    sales_channel,
    owner_name,
    channel,
    1 as quantity,
    sales_cny as unit_price_cny,
    amount_cny,
    received_cny,
    is_paid,
    is_closed,
    file_id,
    line_number,
    sold_at,
    {{ gmv('amount_cny') }} as gmv_cny,
    {{ refund('amount_cny', '0') }} as refund_cny
from known
