with sessions as (

    select * from {{ ref('stg_douyin__live_sessions') }}

)

select
    'douyin:' || account || ':' || host_id_douyin || ':' || cast(started_at as string)
        as live_session_key,
    host_id_douyin as host_id,
    'douyin' as source,
    account,
    host_name,
    'douyin_live' as channel,
    cast(minutes as decimal(18, 4)) as minutes,
    cast(exposures as bigint) as exposures,
    cast(exposed_persons as bigint) as exposed_persons,
    cast(views as bigint) as views,
    cast(viewers as bigint) as viewers,
    cast(fan_viewer_share as double) as fan_viewer_share,
    cast(viewers_peak as bigint) as viewers_peak,
    cast(viewers_average as decimal(18, 4)) as viewers_average,
    cast(minutes_per_viewer as decimal(18, 4)) as minutes_per_viewer,
    cast(comments as bigint) as comments,
    cast(new_fans as bigint) as new_fans,
    cast(lost_fans as bigint) as lost_fans,
    cast(fan_group_joins as bigint) as fan_group_joins,
    cast(products as bigint) as products,
    cast(product_viewers as bigint) as product_viewers,
    cast(product_clickers as bigint) as product_clickers,
    cast(buyers as bigint) as live_buyers,
    cast(orders as bigint) as live_orders,
    cast(net_orders as bigint) as live_net_orders,
    cast(refunded_orders as bigint) as live_refunded_orders,
    cast(units as bigint) as live_units,
    cast(gmv_cny as decimal(18, 4)) as live_gmv_cny,
    cast(paid_cny as decimal(18, 4)) as live_paid_cny,
    cast(refund_cny as decimal(18, 4)) as live_refund_cny,
    cast(net_gmv_cny as decimal(18, 4)) as live_net_gmv_cny,
    cast(commission_cny as decimal(18, 4)) as live_commission_cny,
    cast(ad_spend_bound_cny as decimal(18, 4)) as ad_spend_bound_cny,
    cast(ad_spend_received_cny as decimal(18, 4)) as ad_spend_received_cny,
    started_at,
    {{ local_date('started_at') }} as started_date,
    ended_at
from sessions
