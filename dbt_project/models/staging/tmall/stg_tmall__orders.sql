{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_tmall',
        meta={'touches': {'touched_order_ids': "'tmall', order_id_tmall"}}
    )
}}
with source as (

    select
        delivered.*,
        {{ snapshot_number() }} as _snapshot_number
    from
        {{ source('raw_tmall', 'orders') }} as delivered
        {{ join_keys_with_news(source('raw_tmall', 'orders'), ['order_id_tmall']) }}
    {{ join_file_numbers(source('raw_tmall', 'orders')) }}

),

-- The operator chooses the columns of an export. A column that the newest file leaves out is
-- unknown there, not empty: what an earlier file said of the buyer, place and status still holds.
last_known as (

    select
        order_id_tmall,
        max(_snapshot_number) as newest_number,
        max_by(payment_id_tmall, _snapshot_number)
        filter (where payment_id_tmall is not null) as payment_id_tmall,
        max_by(buyer_nick_key, _snapshot_number)
        filter (where buyer_nick_key is not null) as buyer_nick_key,
        max_by(buyer_nick_masked, _snapshot_number)
        filter (where buyer_nick_masked is not null) as buyer_nick_masked,
        max_by(buyer_alipay_key, _snapshot_number)
        filter (where buyer_alipay_key is not null) as buyer_alipay_key,
        max_by(receiver_phone_key, _snapshot_number)
        filter (where receiver_phone_key is not null) as receiver_phone_key,
        max_by(receiver_province, _snapshot_number)
        filter (where receiver_province is not null) as receiver_province,
        max_by(receiver_city, _snapshot_number)
        filter (where receiver_city is not null) as receiver_city,
        max_by(order_status, _snapshot_number)
        filter (where order_status is not null) as order_status,
        max_by(shop_id, _snapshot_number)
        filter (where shop_id is not null) as shop_id,
        max_by(shop_name, _snapshot_number)
        filter (where shop_name is not null) as shop_name,
        max_by(guide_store_name, _snapshot_number)
        filter (where guide_store_name is not null) as guide_store_name,
        max_by(item_title, _snapshot_number)
        filter (where item_title is not null) as item_title,
        max_by(quantity, _snapshot_number)
        filter (where quantity is not null) as quantity,
        max_by(received_cny, _snapshot_number)
        filter (where received_cny is not null) as received_cny,
        max_by(refund_cny, _snapshot_number)
        filter (where refund_cny is not null) as refund_cny,
        max_by(paid_at, _snapshot_number)
        filter (where paid_at is not null) as paid_at
    from source
    group by order_id_tmall

),

renamed as (

    select
        -- ids
        latest.order_id_tmall,
        latest.parent_order_id_tmall,
        last_known.payment_id_tmall,
        last_known.buyer_nick_key,
        last_known.buyer_alipay_key,
        last_known.receiver_phone_key,
        last_known.shop_id,
        latest.tracking_no,
        latest._account as account,

        -- strings
        last_known.buyer_nick_masked,
        latest.buyer_alipay_masked,
        latest.receiver_name_masked,
        latest.receiver_phone_masked,
        last_known.receiver_province,
        last_known.receiver_city,
        last_known.order_status,
        last_known.item_title,
        last_known.shop_name,
        last_known.guide_store_name,
        latest.close_reason,
        latest.step_order_info,
        latest._variant as export_variant,

        -- numerics
        latest.payable_cny,
        latest.shipping_fee_cny,
        latest.total_cny,
        last_known.received_cny,
        last_known.refund_cny,
        latest.settled_cny,
        last_known.quantity,
        latest._file_id as file_id,
        latest._line_number as line_number,

        -- timestamps
        latest.created_at,
        last_known.paid_at,
        latest.shipped_at,
        latest.confirmed_at,
        latest.virtual_phone_expires_at,
        latest._exported_at as exported_at
    from source as latest
    inner join last_known on latest._snapshot_number = last_known.newest_number

)

select * from renamed
