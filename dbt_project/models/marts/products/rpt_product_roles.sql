with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

roles as (

    select * from {{ ref('int_products__roles') }}

),

totals as (

    select
        sum(gmv_cny - refund_cny) as net_gmv_cny,
        sum(first_orders) as first_orders
    from roles

)

select
    as_of.as_of_date,
    roles.product,
    roles.product_title,
    roles.product_role,
    case
        when roles.product = {{ channel_none() }} then 'The export names no product.'
        when roles.named_role is not null then coalesce(roles.named_reason, 'seed product_roles')
        else roles.data_reason
    end as role_reason,
    case when roles.named_role is not null then 'brand' else 'data' end as role_basis,
    roles.data_role,
    roles.role_figures,
    roles.named_role is not null
    and roles.data_role <> '(other)'
    and roles.named_role <> roles.data_role as contradicts_data,
    cast(roles.orders as bigint) as product_orders,
    cast(roles.identified_orders as bigint) as identified_orders,
    cast(roles.buyers as bigint) as product_buyers,
    cast(roles.first_orders as bigint) as product_first_orders,
    roles.first_order_share,
    cast(roles.first_buyers as bigint) as first_buyers,
    cast(roles.first_orders as double) / nullif(cast(totals.first_orders as double), 0)
        as share_of_first_orders,
    cast(roles.rebuyers as bigint) as rebuyers,
    roles.rebuyer_share,
    cast(roles.bundled_orders as bigint) as bundled_orders,
    roles.bundle_share,
    roles.units as product_units,
    cast(roles.gmv_cny - roles.refund_cny as decimal(18, 4)) as product_net_gmv_cny,
    cast(roles.gmv_cny - roles.refund_cny as double)
    / nullif(cast(totals.net_gmv_cny as double), 0) as product_net_gmv_share,
    cast(roles.unit_cost_cny as decimal(18, 4)) as unit_cost_cny,
    roles.margin_rate
from roles
cross join as_of
cross join totals
