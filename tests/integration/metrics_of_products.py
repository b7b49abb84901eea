"""Plain SQL for the metrics of products, segments, the scorecard and restatements."""

from tests.integration.metrics_of_private_domain import SOLD

BASKETS = f"""(
    select order_key, coalesce(product_code, product_id, product_title, '(none)') as product,
        max(customer_id) as customer_id, max(sale_date) as sale_date,
        sum(amount_cny - refund_cny) as net_gmv_cny,
        count(*) over (partition by order_key) as products
    from (
        select lines.*, orders.sale_date
        from customer_center.fct_order_lines as lines
        join (from {SOLD} and is_valid) as orders using (order_key)
        where lines.amount_cny > lines.refund_cny
    )
    group by order_key, product
)"""
FIRST_DAYS = f"""(
    select customer_id, min(sale_date) as first_date
    from {SOLD} and is_valid and customer_id is not null group by customer_id
)"""
NAMED = f"({BASKETS} left join {FIRST_DAYS} using (customer_id)) where customer_id is not null"
BUYERS = "customer_center.dim_customers where orders > 0"

PLAIN_SQL = {
    "products": f"count(distinct product) from {BASKETS}",
    "product_net_gmv_cny": f"sum(net_gmv_cny) from {BASKETS}",
    "product_orders": f"count(*) from {BASKETS}",
    "bundled_orders": f"count_if(products > 1) from {BASKETS}",
    "bundle_rate": f"avg((products > 1)::int) from {BASKETS}",
    "product_identified_orders": f"count(*) from {NAMED}",
    "product_first_orders": f"count_if(sale_date = first_date) from {NAMED}",
    "product_first_order_rate": f"avg((sale_date = first_date)::int) from {NAMED}",
    "segment_customers": f"count(*) from {BUYERS}",
    "segment_orders": f"sum(orders) from {BUYERS}",
    "segment_net_gmv_cny": f"sum(net_gmv_cny) from {BUYERS}",
    "segment_order_value_cny": f"sum(net_gmv_cny) / sum(orders) from {BUYERS}",
    "kpi_value": "max(net_gmv_cny) from "
    f"(select sum(net_gmv_cny) as net_gmv_cny from {SOLD} and is_valid group by sale_date)",
    "restated_values": "count(*) from marts.rpt_restatements",
}
