-- Douyin exports have no refund amount: a sub-order that was paid and then closed, or whose
-- after-sale case ended in a refund, went back whole.
with lines as (

    select * from {{ ref('stg_douyin__orders') }}

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

known as (

    select
        lines.*,
        coalesce(status_map.is_paid, false) or lines.paid_at is not null as is_paid,
        coalesce(status_map.is_closed, false) as is_closed,
        coalesce(aftersale_map.is_refunded, false) as is_refunded,
        coalesce(lines.payable_cny, 0) as known_payable_cny,
        -- a traffic source that names an ad product outweighs the format
        coalesce(source_map.channel, traffic_map.channel) as channel,
        source_map.channel is null and coalesce(traffic_map.is_pending, false)
            as is_channel_pending
    from lines
    left join status_map on lines.order_status = status_map.order_status
    left join aftersale_map on lines.aftersale_status = aftersale_map.aftersale_status
    left join traffic_map
        on
            coalesce(lines.traffic_format, '(none)') = traffic_map.traffic_format
            and coalesce(lines.traffic_type, '(none)') = traffic_map.traffic_type
    left join source_map on lines.traffic_source = source_map.traffic_source

)

select
    'douyin:' || account || ':' || main_order_id_douyin as order_key,
    main_order_id_douyin,
    sub_order_id_douyin,
    product_id_douyin,
    merchant_code,
    account,
    product_title,
    order_status,
    province,
    city,
    store_id,
    author_name,
    traffic_format,
    channel,
    is_paid,
    is_closed,
    is_channel_pending,
    quantity,
    unit_price_cny,
    known_payable_cny,
    file_id,
    line_number,
    created_at,
    paid_at,
    case when is_paid then known_payable_cny else 0 end as gmv_cny,
    case when is_paid and (is_closed or is_refunded) then known_payable_cny else 0 end
        as refund_cny,
    row_number() over (
        partition by main_order_id_douyin
        order by
            known_payable_cny desc nulls last,
            sub_order_id_douyin asc nulls last,
            line_number asc nulls last
    ) as line_rank
from known
