-- The products' money is that of the order lines bought by the as-of day, and what is bought
-- together is never more than either.
with products as (

    select sum(product_net_gmv_cny) as net_gmv_cny
    from {{ ref('rpt_product_roles') }}

),

lines as (

    select coalesce(sum(lines.amount_cny - lines.refund_cny), 0) as net_gmv_cny
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('int_calendar__as_of') }} as as_of on lines.sale_date <= as_of.as_of_date
    where lines.is_purchase

)

select
    'money' as claim,
    cast(products.net_gmv_cny as string) as found
from products
cross join lines
where products.net_gmv_cny <> lines.net_gmv_cny
union all
select
    'pairs' as claim,
    product as found
from {{ ref('rpt_product_affinity') }}
where orders_together > least(product_orders, other_product_orders) or confidence > 1
