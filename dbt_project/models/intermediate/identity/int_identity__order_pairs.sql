-- Pairs of identifiers that the orders of JD, Xiaohongshu and Shopify state.
with jd_orders as (

    select * from {{ ref('stg_jd__orders') }}

),

xiaohongshu_orders as (

    select * from {{ ref('stg_xiaohongshu__orders') }}

),

shopify_orders as (

    select * from {{ ref('stg_shopify__orders') }}

)

select
    20 as rule_id,
    customer_email_key as identifier_value_a,
    customer_phone_key as identifier_value_b,
    'shopify_orders' as source,
    created_at as seen_at,
    file_id,
    line_number
from shopify_orders
union all
select
    21 as rule_id,
    customer_email_key as identifier_value_a,
    billing_phone_key as identifier_value_b,
    'shopify_orders' as source,
    created_at as seen_at,
    file_id,
    line_number
from shopify_orders
union all
select
    22 as rule_id,
    buyer_account_key as identifier_value_a,
    receiver_phone_key as identifier_value_b,
    'jd_orders' as source,
    created_at as seen_at,
    file_id,
    line_number
from jd_orders
union all
select
    23 as rule_id,
    account || ':' || user_id_xiaohongshu as identifier_value_a,
    receiver_phone_key as identifier_value_b,
    'xiaohongshu_orders' as source,
    created_at as seen_at,
    file_id,
    line_number
from xiaohongshu_orders
