{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='order_id',
        meta={
            'distinct_texts': ['order_key', 'order_id', 'sub_order_id'],
            'touches': {
                'touched_order_ids': "'douyin', order_id",
                'touched_orders': 'order_key'
            }
        }
    )
}}
-- Douyin exports have no refund amount: after-sale cases tell it. Without a case, a sub-order that
-- was paid and then closed, or whose after-sale status is a refund, went back whole.
with lines as (

    select * from {{ ref('stg_douyin__orders') }}
    where {{ touched_order_ids_only('douyin', 'main_order_id_douyin') }}
    {{ or_of_touched_sub_orders() }}

),

status_map as (

    select * from {{ ref('order_status_map') }}
    where platform = 'douyin'

),

aftersale_map as (

    select * from {{ ref('aftersale_status_map') }}
    where platform = 'douyin'

),

traffic_map as (

    select * from {{ ref('channel_map_douyin_traffic') }}

),

source_map as (

    select * from {{ ref('channel_map_douyin_source') }}

),

cases as (

    select
        aftersales.sub_order_id_douyin,
        sum(
            coalesce(aftersales.goods_refund_cny, 0)
            + coalesce(aftersales.shipping_refund_cny, 0)
            + coalesce(aftersales.tax_refund_cny, 0)
        ) as refund_cny
    from {{ ref('stg_douyin__aftersales') }} as aftersales
    inner join aftersale_map on aftersales.aftersale_status = aftersale_map.aftersale_status
    where aftersale_map.is_refunded
    group by aftersales.sub_order_id_douyin

),

-- Some files join the sub-orders of a main order with semicolons, with one sum for all of them.
joined_parts as (

    select
        lines.file_id,
        lines.line_number,
        numbers.number as part
    from lines
    inner join {{ ref('int_calendar__numbers') }} as numbers
        on numbers.number between 1 and lines.sub_orders
    where lines.sub_orders > 1

),

numbered as (

    select
        lines.*,
        coalesce(joined_parts.part, 1) as part,
        coalesce(lines.payable_cny, 0) as known_payable_cny
    from lines
    left join joined_parts
        on
            lines.file_id = joined_parts.file_id
            and lines.line_number = joined_parts.line_number

),

split as (

    select
        *,
        {{ joined_text('sub_order_id_douyin', 'sub_orders', 'part') }} as sub_order_id,
        {{ joined_text('product_id_douyin', 'sub_orders', 'part') }} as product_id,
        {{ joined_text('merchant_code', 'sub_orders', 'part') }} as product_code,
        {{ joined_text('product_title', 'sub_orders', 'part') }} as title,
        {{ part_of_sum('quantity', 'sub_orders', 'part', 0) }} as units,
        {{ part_of_sum('known_payable_cny', 'sub_orders', 'part', 2) }} as amount_cny
    from numbered

),

known as (

    select
        split.*,
        cases.refund_cny as case_refund_cny,
        coalesce(status_map.is_paid, false) or split.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) or coalesce(aftersale_map.is_whole, false)
            as is_all_back,
        coalesce(status_map.is_closed, false) as is_closed,
        coalesce(aftersale_map.is_refunded, false) as is_refunded,
        -- a traffic source that names an ad product outweighs the format
        coalesce(source_map.channel, traffic_map.channel) as channel,
        source_map.channel is null and coalesce(traffic_map.is_pending, false)
            as is_channel_pending
    from split
    left join cases on split.sub_order_id = cases.sub_order_id_douyin
    left join status_map on split.order_status = status_map.order_status
    left join aftersale_map on split.aftersale_status = aftersale_map.aftersale_status
    left join traffic_map
        on
            coalesce(split.traffic_format, '(none)') = traffic_map.traffic_format
            and coalesce(split.traffic_type, '(none)') = traffic_map.traffic_type
    left join source_map on split.traffic_source = source_map.traffic_source

)

select
    'douyin:' || account || ':' || main_order_id_douyin as order_key,
    main_order_id_douyin as order_id,
    sub_order_id,
    product_id,
    product_code,
    account,
    title as product_title,
    order_status as line_status,
    province,
    city,
    store_id,
    author_name,
    traffic_format,
    channel,
    is_paid,
    is_closed,
    is_channel_pending,
    units as quantity,
    unit_price_cny,
    amount_cny,
    file_id,
    line_number,
    created_at,
    paid_at,
    {{ gmv('amount_cny') }} as gmv_cny,
    case
        when not is_paid then 0
        when is_all_back then amount_cny
        when case_refund_cny is not null then least(case_refund_cny, amount_cny)
        when is_refunded then amount_cny
        else 0
    end as refund_cny,
    row_number() over (
        partition by main_order_id_douyin
        order by
            amount_cny desc nulls last,
            sub_order_id asc nulls last,
            line_number asc nulls last
    ) as line_rank
from known
