{#-
  model, source, identifier type, value, when it was seen. Each branch names its model itself: a
  view that reads a CTE several times would read every file where the caller asks for a few.
-#}
{%- set sightings = [
    ('stg_tmall__order_rows', 'tmall_orders', 'tmall_nick', 'buyer_nick_key', 'created_at'),
    ('stg_tmall__order_rows', 'tmall_orders', 'alipay_account', 'buyer_alipay_key', 'created_at'),
    ('stg_tmall__order_rows', 'tmall_orders', 'phone', 'receiver_phone_key', 'created_at'),
    ('stg_wecom__contact_rows', 'wecom_contacts', 'wecom_external_userid', "account || ':' || external_userid", 'added_at'),
    ('stg_wecom__contact_rows', 'wecom_contacts', 'unionid', 'unionid', 'added_at'),
    ('int_identity__staff_typed_phones', 'wecom_contacts', 'phone', 'phone_key', 'exported_at'),
    ('stg_wecom__event_rows', 'wecom_events', 'wecom_external_userid', "account || ':' || external_userid", 'happened_at'),
    ('stg_wecom__group_member_rows', 'wecom_group_members', 'wecom_external_userid', "case when member_type = 2 then account || ':' || userid end", 'joined_at'),
    ('stg_wecom__group_member_rows', 'wecom_group_members', 'unionid', 'case when member_type = 2 then unionid end', 'joined_at'),
    ('stg_official_account__follower_rows', 'official_account_followers', 'wechat_openid', "account || ':' || openid", 'coalesce(subscribed_at, exported_at)'),
    ('stg_official_account__follower_rows', 'official_account_followers', 'unionid', 'unionid', 'coalesce(subscribed_at, exported_at)'),
    ('stg_parcel_cards__scan_rows', 'parcel_cards_scans', 'wechat_openid', "account || ':' || openid", 'scanned_at'),
    ('stg_parcel_cards__scan_rows', 'parcel_cards_scans', 'unionid', 'unionid', 'scanned_at'),
    ('stg_crm__member_rows', 'crm_members', 'crm_member_id', 'member_id_crm', 'coalesce(joined_at, exported_at)'),
    ('stg_crm__member_rows', 'crm_members', 'crm_member_id', 'merged_into_member_id_crm', 'coalesce(joined_at, exported_at)'),
    ('stg_crm__member_rows', 'crm_members', 'phone', 'member_phone_key', 'exported_at'),
    ('stg_crm__member_rows', 'crm_members', 'unionid', 'unionid', 'coalesce(joined_at, exported_at)'),
    ('stg_crm__member_rows', 'crm_members', 'tmall_nick', 'tmall_nick_key', 'exported_at'),
    ('stg_pos__sale_rows', 'pos_sales', 'crm_member_id', 'member_id_crm', 'sold_at'),
    ('stg_stores__visit_rows', 'stores_visits', 'crm_member_id', 'member_id_crm', 'visited_at'),
    ('stg_stores__visit_rows', 'stores_visits', 'phone', 'visitor_phone_key', 'visited_at'),
    ('stg_referrals__invitation_rows', 'referrals_invitations', 'crm_member_id', 'inviter_member_id_crm', 'invited_at'),
    ('stg_referrals__invitation_rows', 'referrals_invitations', 'phone', 'inviter_phone_key', 'invited_at'),
    ('stg_referrals__invitation_rows', 'referrals_invitations', 'crm_member_id', 'invitee_member_id_crm', 'invited_at'),
    ('stg_referrals__invitation_rows', 'referrals_invitations', 'phone', 'invitee_phone_key', 'invited_at'),
    ('stg_youzan__customer_rows', 'youzan_customers', 'phone', 'customer_phone_key', 'coalesce(became_customer_at, exported_at)'),
    ('stg_youzan__order_rows', 'youzan_orders', 'phone', 'buyer_phone_key', 'created_at'),
    ('stg_oceanengine__local_lead_rows', 'oceanengine_local_leads', 'phone', 'lead_phone_key', 'created_at'),
    ('stg_oceanengine__lead_table_rows', 'oceanengine_lead_table', 'phone', 'lead_phone_key', 'created_at'),
    ('stg_jd__order_rows', 'jd_orders', 'jd_account', 'buyer_account_key', 'created_at'),
    ('stg_jd__order_rows', 'jd_orders', 'phone', 'receiver_phone_key', 'created_at'),
    ('stg_xiaohongshu__order_rows', 'xiaohongshu_orders', 'xiaohongshu_user_id', "account || ':' || user_id_xiaohongshu", 'created_at'),
    ('stg_xiaohongshu__order_rows', 'xiaohongshu_orders', 'phone', 'receiver_phone_key', 'created_at'),
    ('stg_tiktok_shop__order_rows', 'tiktok_shop_orders', 'tiktok_username', 'buyer_username_key', 'created_at'),
    ('stg_shopify__order_rows', 'shopify_orders', 'email', 'customer_email_key', 'created_at'),
    ('stg_shopify__order_rows', 'shopify_orders', 'phone', 'customer_phone_key', 'created_at'),
    ('stg_shopify__order_rows', 'shopify_orders', 'phone', 'billing_phone_key', 'created_at'),
    ('stg_klaviyo__profile_rows', 'klaviyo_profiles', 'klaviyo_profile_id', "account || ':' || klaviyo_id", 'coalesce(created_at, exported_at)'),
    ('stg_klaviyo__profile_rows', 'klaviyo_profiles', 'email', 'email_key', 'exported_at'),
    ('stg_klaviyo__profile_rows', 'klaviyo_profiles', 'phone', 'phone_key', 'exported_at'),
    ('stg_hubspot__contact_rows', 'hubspot_contacts', 'hubspot_contact_id', "account || ':' || hubspot_contact_id", 'coalesce(created_at, exported_at)'),
    ('stg_hubspot__contact_rows', 'hubspot_contacts', 'email', 'email_key', 'exported_at'),
    ('stg_hubspot__contact_rows', 'hubspot_contacts', 'phone', 'phone_key', 'exported_at'),
] -%}
-- Every place in a delivered file that names an identifier. What is blank is not an identifier.
{% for model, source, identifier_type, value, seen_at in sightings %}
    select
        '{{ identifier_type }}' as identifier_type,
        {{ value }} as identifier_value,
        '{{ source }}' as source,
        {{ seen_at }} as seen_at,
        file_id,
        line_number
    from {{ ref(model) }}
    where {{ value }} <> ''
    union all
{% endfor %}
select
    identifier_type,
    identifier_value,
    source,
    reacted_at as seen_at,
    file_id,
    line_number
from {{ ref('int_identity__reactions') }}
where identifier_value <> ''
