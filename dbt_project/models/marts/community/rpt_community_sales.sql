-- Every valid order stands in exactly one row: through a group of one kind, or through none.
select
    as_of.as_of_date,
    orders.sale_date,
    coalesce(groups.group_kind, {{ channel_none() }}) as group_kind,
    cast(count(*) as bigint) as orders,
    cast(
        sum(case when orders.gmv_cny > {{ var('high_ticket_order_cny', 1000) }} then 1 else 0 end)
        as bigint
    ) as high_ticket_orders,
    cast(sum(orders.net_gmv_cny) as decimal(18, 4)) as net_gmv_cny
from {{ ref('fct_orders') }} as orders
inner join {{ ref('int_calendar__as_of') }} as as_of
    on orders.sale_date <= as_of.as_of_date
left join {{ ref('int_community__orders') }} as group_orders
    on orders.order_key = group_orders.order_key
left join {{ ref('int_community__groups') }} as groups
    on group_orders.chat_id = groups.chat_id
where orders.is_valid
group by
    as_of.as_of_date,
    orders.sale_date,
    coalesce(groups.group_kind, {{ channel_none() }})
