{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id_tmall',
        meta={
            'distinct_texts': ['order_id_tmall', 'parent_order_id_tmall', 'payment_id_tmall', 'tracking_no'],
            'touches': {'touched_order_ids': "'tmall', order_id_tmall"}
        }
    )
}}
{%- set kept_columns = [
    'payment_id_tmall',
    'buyer_nick_key',
    'buyer_nick_masked',
    'buyer_alipay_key',
    'receiver_phone_key',
    'receiver_province',
    'receiver_city',
    'order_status',
    'shop_id',
    'shop_name',
    'guide_store_name',
    'item_title',
    'quantity',
    'received_cny',
    'refund_cny',
    'paid_at',
] -%}
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
-- Orders of which an earlier file says more than the newest are few: only their columns are looked
-- through one by one.
told as (

    select
        order_id_tmall,
        _snapshot_number,
        {% for column in kept_columns -%}
            case when {{ column }} is null then 0 else {{ 2 ** loop.index0 }} end
            + {% endfor -%}
        0 as told_columns
    from source

),

newest as (

    select
        order_id_tmall,
        max(_snapshot_number) as newest_number,
        max_by(told_columns, _snapshot_number) as newest_columns,
        bit_or(told_columns) as all_columns
    from told
    group by order_id_tmall

),

last_known as (

    select
        {% for column in kept_columns -%}
            max_by(source.{{ column }}, source._snapshot_number)
            filter (where source.{{ column }} is not null) as {{ column }},
        {% endfor -%}
        source.order_id_tmall
    from source
    inner join newest on source.order_id_tmall = newest.order_id_tmall
    where newest.all_columns > newest.newest_columns
    group by source.order_id_tmall

),

renamed as (

    select
        -- ids
        latest.order_id_tmall,
        latest.parent_order_id_tmall,
        coalesce(latest.payment_id_tmall, last_known.payment_id_tmall) as payment_id_tmall,
        coalesce(latest.buyer_nick_key, last_known.buyer_nick_key) as buyer_nick_key,
        coalesce(latest.buyer_alipay_key, last_known.buyer_alipay_key) as buyer_alipay_key,
        coalesce(latest.receiver_phone_key, last_known.receiver_phone_key) as receiver_phone_key,
        coalesce(latest.shop_id, last_known.shop_id) as shop_id,
        latest.tracking_no,
        latest._account as account,

        -- strings
        coalesce(latest.buyer_nick_masked, last_known.buyer_nick_masked) as buyer_nick_masked,
        latest.buyer_alipay_masked,
        latest.receiver_name_masked,
        latest.receiver_phone_masked,
        coalesce(latest.receiver_province, last_known.receiver_province) as receiver_province,
        coalesce(latest.receiver_city, last_known.receiver_city) as receiver_city,
        coalesce(latest.order_status, last_known.order_status) as order_status,
        coalesce(latest.item_title, last_known.item_title) as item_title,
        coalesce(latest.shop_name, last_known.shop_name) as shop_name,
        coalesce(latest.guide_store_name, last_known.guide_store_name) as guide_store_name,
        latest.close_reason,
        latest.step_order_info,
        latest._variant as export_variant,

        -- numerics
        latest.payable_cny,
        latest.shipping_fee_cny,
        latest.total_cny,
        coalesce(latest.received_cny, last_known.received_cny) as received_cny,
        coalesce(latest.refund_cny, last_known.refund_cny) as refund_cny,
        latest.settled_cny,
        coalesce(latest.quantity, last_known.quantity) as quantity,
        latest._file_id as file_id,
        latest._line_number as line_number,

        -- timestamps
        latest.created_at,
        coalesce(latest.paid_at, last_known.paid_at) as paid_at,
        latest.shipped_at,
        latest.confirmed_at,
        latest.virtual_phone_expires_at,
        latest._exported_at as exported_at
    from source as latest
    inner join newest on latest._snapshot_number = newest.newest_number
    left join last_known on latest.order_id_tmall = last_known.order_id_tmall

)

select * from renamed
