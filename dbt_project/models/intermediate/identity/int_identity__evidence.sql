{#-
  rule, model, source, value a, value b, when the row speaks of them. A row of a complete list (a
  card, a contact, a profile) says what holds when it is exported, an event what held when it
  happened. Each branch names its model itself: a view that reads a CTE several times would read
  every file where the caller asks for a few.
-#}
{%- set evidence = [
    (1, 'stg_wecom__contact_rows', 'wecom_contacts', 'unionid', "account || ':' || external_userid", 'exported_at'),
    (2, 'stg_official_account__follower_rows', 'official_account_followers', 'unionid', "account || ':' || openid", 'exported_at'),
    (3, 'stg_crm__member_rows', 'crm_members', 'member_id_crm', 'member_phone_key', 'exported_at'),
    (4, 'stg_crm__member_rows', 'crm_members', 'member_id_crm', 'unionid', 'exported_at'),
    (5, 'stg_crm__member_rows', 'crm_members', 'member_id_crm', 'tmall_nick_key', 'exported_at'),
    (6, 'stg_crm__member_rows', 'crm_members', 'least(member_id_crm, merged_into_member_id_crm)', 'greatest(member_id_crm, merged_into_member_id_crm)', 'exported_at'),
    (7, 'stg_tmall__order_rows', 'tmall_orders', 'buyer_nick_key', 'buyer_alipay_key', 'created_at'),
    (8, 'stg_tmall__order_rows', 'tmall_orders', 'buyer_nick_key', 'receiver_phone_key', 'created_at'),
    (9, 'int_identity__staff_typed_phones', 'wecom_contacts', "account || ':' || external_userid", 'phone_key', 'exported_at'),
    (20, 'stg_shopify__order_rows', 'shopify_orders', 'customer_email_key', 'customer_phone_key', 'created_at'),
    (21, 'stg_shopify__order_rows', 'shopify_orders', 'customer_email_key', 'billing_phone_key', 'created_at'),
    (22, 'stg_jd__order_rows', 'jd_orders', 'buyer_account_key', 'receiver_phone_key', 'created_at'),
    (23, 'stg_xiaohongshu__order_rows', 'xiaohongshu_orders', "account || ':' || user_id_xiaohongshu", 'receiver_phone_key', 'created_at'),
    (30, 'stg_wecom__group_member_rows', 'wecom_group_members', 'unionid', "case when member_type = 2 then account || ':' || userid end", 'exported_at'),
    (31, 'stg_parcel_cards__scan_rows', 'parcel_cards_scans', 'unionid', "account || ':' || openid", 'scanned_at'),
    (33, 'stg_stores__visit_rows', 'stores_visits', 'member_id_crm', 'visitor_phone_key', 'visited_at'),
    (34, 'stg_referrals__invitation_rows', 'referrals_invitations', 'inviter_member_id_crm', 'inviter_phone_key', 'invited_at'),
    (34, 'stg_referrals__invitation_rows', 'referrals_invitations', 'invitee_member_id_crm', 'invitee_phone_key', 'invited_at'),
    (36, 'stg_klaviyo__profile_rows', 'klaviyo_profiles', "account || ':' || klaviyo_id", 'email_key', 'exported_at'),
    (37, 'stg_klaviyo__profile_rows', 'klaviyo_profiles', "account || ':' || klaviyo_id", 'phone_key', 'exported_at'),
    (38, 'stg_hubspot__contact_rows', 'hubspot_contacts', "account || ':' || hubspot_contact_id", 'email_key', 'exported_at'),
    (39, 'stg_hubspot__contact_rows', 'hubspot_contacts', "account || ':' || hubspot_contact_id", 'phone_key', 'exported_at'),
] -%}
-- The evidence of every delivered row that two identifiers are one person, rule by rule. Rules that
-- are switched off are stated too: the identity step decides what it uses, and says so.
{% for rule_id, model, source, value_a, value_b, seen_at in evidence %}
    {% if not loop.first %}
        union all
    {% endif %}
    select
        {{ rule_id }} as rule_id,
        {{ value_a }} as identifier_value_a,
        {{ value_b }} as identifier_value_b,
        '{{ source }}' as source,
        {{ seen_at }} as first_seen_at,
        {{ seen_at }} as last_seen_at,
        file_id,
        line_number
    from {{ ref(model) }}
    where
        {{ value_a }} <> ''
        and {{ value_b }} <> ''
        and {{ value_a }} <> {{ value_b }}
{% endfor %}
