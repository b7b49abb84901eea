-- Where the orders of Youzan, JD, Xiaohongshu, TikTok Shop and Shopify name an identifier.
with youzan_orders as (

    select * from {{ ref('stg_youzan__orders') }}

),

jd_orders as (

    select * from {{ ref('stg_jd__orders') }}

),

xiaohongshu_orders as (

    select * from {{ ref('stg_xiaohongshu__orders') }}

),

tiktok_shop_orders as (

    select * from {{ ref('stg_tiktok_shop__orders') }}

),

shopify_orders as (

    select * from {{ ref('stg_shopify__orders') }}

)

select
    'phone' as identifier_type,
    buyer_phone_key as identifier_value,
    'youzan_orders' as source,
    created_at as seen_at
from youzan_orders
union all
select
    'jd_account' as identifier_type,
    buyer_account_key as identifier_value,
    'jd_orders' as source,
    created_at as seen_at
from jd_orders
union all
select
    'phone' as identifier_type,
    receiver_phone_key as identifier_value,
    'jd_orders' as source,
    created_at as seen_at
from jd_orders
union all
select
    'xiaohongshu_user_id' as identifier_type,
    account || ':' || user_id_xiaohongshu as identifier_value,
    'xiaohongshu_orders' as source,
    created_at as seen_at
from xiaohongshu_orders
union all
select
    'phone' as identifier_type,
    receiver_phone_key as identifier_value,
    'xiaohongshu_orders' as source,
    created_at as seen_at
from xiaohongshu_orders
union all
select
    'tiktok_username' as identifier_type,
    buyer_username_key as identifier_value,
    'tiktok_shop_orders' as source,
    created_at as seen_at
from tiktok_shop_orders
union all
select
    'email' as identifier_type,
    customer_email_key as identifier_value,
    'shopify_orders' as source,
    created_at as seen_at
from shopify_orders
union all
select
    'phone' as identifier_type,
    customer_phone_key as identifier_value,
    'shopify_orders' as source,
    created_at as seen_at
from shopify_orders
union all
select
    'phone' as identifier_type,
    billing_phone_key as identifier_value,
    'shopify_orders' as source,
    created_at as seen_at
from shopify_orders
