-- Paid minus refunded is net; what was never paid has no turnover; what is closed has none left.
select
    order_key,
    gmv_cny,
    refund_cny,
    net_gmv_cny
from {{ ref('fct_orders') }}
where
    gmv_cny - refund_cny <> net_gmv_cny
    or gmv_cny < 0
    or refund_cny < 0
    or (not is_paid and gmv_cny <> 0)
    or (is_closed and net_gmv_cny <> 0)
    or (is_valid and net_gmv_cny <= 0)
