with tmall_items as (

    select * from {{ ref('stg_tmall__items') }}

),

tmall_orders as (

    select
        order_id_tmall,
        account
    from {{ ref('stg_tmall__orders') }}

),

unioned as (

    select
        -- the order's own account, so that lines and order meet
        'tmall:'
        || coalesce(tmall_orders.account, tmall_items.account)
        || ':'
        || tmall_items.order_id_tmall as order_key,
        'tmall' as platform,
        tmall_items.sub_order_id_tmall as sub_order_id,
        tmall_items.product_id_tmall as product_id,
        coalesce(tmall_items.outer_sku, tmall_items.merchant_code) as product_code,
        tmall_items.product_title,
        tmall_items.order_status as line_status,
        cast(tmall_items.quantity as decimal(18, 4)) as quantity,
        tmall_items.unit_price_cny,
        coalesce(
            tmall_items.payable_cny, tmall_items.unit_price_cny * tmall_items.quantity
        ) as amount_cny,
        coalesce(tmall_items.refund_cny, 0) as refund_cny,
        tmall_items.file_id,
        tmall_items.line_number
    from tmall_items
    left join tmall_orders on tmall_items.order_id_tmall = tmall_orders.order_id_tmall
    union all
    select
        order_key,
        'douyin' as platform,
        sub_order_id_douyin as sub_order_id,
        product_id_douyin as product_id,
        merchant_code as product_code,
        product_title,
        order_status as line_status,
        cast(quantity as decimal(18, 4)) as quantity,
        unit_price_cny,
        known_payable_cny as amount_cny,
        refund_cny,
        file_id,
        line_number
    from {{ ref('int_orders__douyin_lines') }}
    union all
    select
        order_key,
        'pos' as platform,
        cast(null as string) as sub_order_id,
        cast(null as string) as product_id,
        product_code,
        product_title,
        cast(null as string) as line_status,
        quantity,
        unit_price_cny,
        amount_cny,
        refund_cny,
        file_id,
        line_number
    from {{ ref('int_orders__pos_lines') }}

)

select
    order_key,
    platform,
    sub_order_id,
    product_id,
    product_code,
    product_title,
    line_status,
    quantity,
    unit_price_cny,
    cast(amount_cny as decimal(18, 4)) as amount_cny,
    cast(refund_cny as decimal(18, 4)) as refund_cny,
    file_id,
    line_number,
    row_number() over (
        partition by order_key
        order by sub_order_id asc nulls last, file_id asc nulls last, line_number asc nulls last
    ) as line_in_order
from unioned
