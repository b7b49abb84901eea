"""Plain SQL for the metrics of the private domain and of lifetime value."""

AS_OF = "(select max(as_of_date) from marts.rpt_sales_daily)"
SOLD = f"customer_center.fct_orders where sale_date <= {AS_OF}"
FIRST_DEPOSITS = """
    select customer_id, min(touched_date) as deposit_date
    from customer_center.fct_touchpoints
    where is_identified and touched_at is not null and behaviour in (
        'wecom_contact_added', 'wecom_group_joined', 'official_account_followed',
        'membership_joined', 'shop_membership_joined', 'shop_account_followed',
        'douyin_account_followed', 'newsletter_subscribed'
    )
    group by customer_id
"""
DEPOSITED = f"({FIRST_DEPOSITS}) where deposit_date <= {AS_OF}"
OF_DEPOSITED = f"""
    (select * from {SOLD}) inner join ({FIRST_DEPOSITS}) using (customer_id)
    where deposit_date <= sale_date
"""
MONTHS = f"(select distinct customer_id, last_day(sale_date) from {OF_DEPOSITED} and is_valid)"
VALUES = "customer_center.customer_lifetime_value"
PREDICTED = "sum(ltv_observed_cny + expected_purchases_365d * expected_purchase_value_cny) "

PLAIN_SQL = {
    "new_deposits": f"count(*) from {DEPOSITED} "
    f"and deposit_date >= (select min(sale_date) from {SOLD})",
    "domain_moves": f"count(*) from {DEPOSITED}",
    "deposited_net_gmv_cny": f"sum(net_gmv_cny) from {OF_DEPOSITED}",
    "private_domain_net_gmv_cny": f"sum(net_gmv_cny) from {SOLD}",
    "private_share": f"sum(net_gmv_cny) / (select sum(net_gmv_cny) from {SOLD}) "
    f"from {OF_DEPOSITED}",
    "period_deposited_buyers": f"count(*) from {MONTHS}",
    "arppu_cny": f"sum(net_gmv_cny) / (select count(*) from {MONTHS}) from {OF_DEPOSITED}",
    "valued_customers": "count(*) from customer_center.fct_order_sequence "
    "where occasion_number = 1",
    "observed_value_cny": "sum(revenue_net_cny) from customer_center.fct_order_sequence",
    "predicted_value_cny": f"{PREDICTED} from {VALUES}",
    "average_observed_ltv_cny": "sum(revenue_net_cny) / count(distinct customer_id) "
    "from customer_center.fct_order_sequence",
    "average_predicted_ltv_cny": f"{PREDICTED} / count(*) from {VALUES}",
}
