-- The rows of a file that no later file replaced: of each export the model that holds them, with a
-- key where it holds several versions of a row.
{% set exports = [
    ('crm', 'members', 'stg_crm__members', none),
    ('douyin', 'aftersales', 'stg_douyin__aftersales', none),
    ('douyin', 'cash_flow', 'stg_douyin__cash_flow', none),
    ('douyin', 'live_sessions', 'stg_douyin__live_sessions', none),
    ('douyin', 'orders', 'stg_douyin__orders', none),
    ('douyin', 'settlements', 'stg_douyin__settlements', none),
    ('google_ads', 'campaigns', 'stg_google_ads__campaigns', none),
    ('hubspot', 'contacts', 'stg_hubspot__contacts', none),
    ('jd', 'orders', 'stg_jd__orders', none),
    ('klaviyo', 'profiles', 'stg_klaviyo__profiles', none),
    ('kuaishou', 'orders', 'stg_kuaishou__orders', none),
    ('kuaishou', 'settlements', 'stg_kuaishou__settlements', none),
    ('laike', 'sales', 'stg_laike__sales', none),
    ('oceanengine', 'lead_table', 'stg_oceanengine__lead_table', none),
    ('oceanengine', 'local_leads', 'stg_oceanengine__local_leads', none),
    ('oceanengine', 'reports', 'stg_oceanengine__reports', none),
    (
        'official_account', 'followers', 'stg_official_account__follower_rows',
        ['account', 'openid', 'subscribed_at'],
    ),
    ('outreach', 'ai_calls', 'stg_outreach__ai_calls', none),
    ('outreach', 'email_sends', 'stg_outreach__email_sends', none),
    ('outreach', 'sms_sends', 'stg_outreach__sms_sends', none),
    ('parcel_cards', 'scans', 'stg_parcel_cards__scans', none),
    ('pos', 'sales', 'stg_pos__sales', none),
    ('qianchuan', 'materials', 'stg_qianchuan__materials', none),
    ('qianchuan', 'products', 'stg_qianchuan__products', none),
    ('referrals', 'invitations', 'stg_referrals__invitations', none),
    ('shopify', 'orders', 'stg_shopify__orders', none),
    ('stores', 'guides', 'stg_stores__guides', none),
    ('stores', 'visits', 'stg_stores__visits', none),
    ('tencent_ads', 'reports', 'stg_tencent_ads__reports', none),
    ('tiktok_shop', 'orders', 'stg_tiktok_shop__orders', none),
    ('tmall', 'cash_flow', 'stg_tmall__cash_flow', none),
    ('tmall', 'items', 'stg_tmall__items', none),
    ('tmall', 'orders', 'stg_tmall__orders', none),
    ('wanxiangtai', 'items', 'stg_wanxiangtai__items', none),
    ('wechat_shop', 'orders', 'stg_wechat_shop__orders', none),
    ('wecom', 'acquisition_links', 'stg_wecom__acquisition_links', none),
    (
        'wecom', 'contacts', 'stg_wecom__contact_rows',
        ['account', 'external_userid', 'follow_userid', 'added_at'],
    ),
    (
        'wecom', 'customers', 'stg_wecom__customer_rows',
        ['account', 'follow_userid', 'added_at', 'relation_number'],
    ),
    ('wecom', 'events', 'stg_wecom__events', none),
    (
        'wecom', 'group_members', 'stg_wecom__group_member_rows',
        ['account', 'chat_id', 'userid', 'joined_at'],
    ),
    ('wecom', 'groups', 'stg_wecom__groups', none),
    ('wecom', 'mass_sends', 'stg_wecom__mass_sends', none),
    ('wecom', 'statistics', 'stg_wecom__statistics', none),
    ('xiaohongshu', 'orders', 'stg_xiaohongshu__orders', none),
    ('xiaohongshu', 'settlements', 'stg_xiaohongshu__settlements', none),
    ('xiaohongshu_ads', 'juguang_notes', 'stg_xiaohongshu_ads__juguang_notes', none),
    ('xiaohongshu_ads', 'pugongying_orders', 'stg_xiaohongshu_ads__pugongying_orders', none),
    ('xiaohongshu_ads', 'weekly_leads', 'stg_xiaohongshu_ads__weekly_leads', none),
    ('youzan', 'customers', 'stg_youzan__customers', none),
    ('youzan', 'orders', 'stg_youzan__orders', none),
    ('yuntu', 'assets', 'stg_yuntu__assets', none),
    ('zhitongche', 'units', 'stg_zhitongche__units', none),
] %}
{% for source, export, model, key in exports %}
    select
        '{{ source }}' as source,
        '{{ export }}' as export,
        file_id,
        count(*) as rows_newest
    {% if key %}
        from (
            select
                {{ key | join(', ') }},
                max(file_id) as file_id
            from {{ ref(model) }}
            group by {{ key | join(', ') }}
        ) as versions
    {% else %}
        from {{ ref(model) }}
    {% endif %}
    group by file_id
    {% if not loop.last %}union all{% endif %}
{% endfor %}
