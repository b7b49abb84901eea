-- Newest rows that are not one fact each, counted from the rows themselves, not from the facts.
{% set ad_reports = [
    ('google_ads', 'campaigns', 'google_ads', 'campaign'),
    ('oceanengine', 'reports', 'oceanengine', none),
    ('qianchuan', 'materials', 'qianchuan', 'material'),
    ('qianchuan', 'products', 'qianchuan', 'product'),
    ('tencent_ads', 'reports', 'tencent_ads', 'ad'),
    ('wanxiangtai', 'items', 'wanxiangtai', 'item'),
    ('xiaohongshu_ads', 'juguang_notes', 'juguang', 'note'),
    ('xiaohongshu_ads', 'pugongying_orders', 'pugongying', 'creator_order'),
    ('zhitongche', 'units', 'zhitongche', 'unit'),
] %}
with kept_levels as (

    select distinct
        ad_product,
        account,
        report_date,
        report_level
    from {{ ref('int_ads') }}

),

ad_rows as (

    {% for source, export, product, level in ad_reports %}
        select
            '{{ source }}' as source,
            '{{ export }}' as export,
            count(*) as report_rows,
            count(kept_levels.ad_product) as kept_rows,
            count(
                distinct
                case
                    when kept_levels.ad_product is not null
                        then
                            reports.account
                            || '|' || cast(reports.report_date as string)
                            || '|' || coalesce(reports.project_id, reports.project_name, '')
                            || '|' || coalesce(reports.unit_id, reports.unit_name, '')
                            || '|' || coalesce(reports.material_id, reports.material_name, '')
                            || '|' || coalesce(reports.product_id, reports.product_title, '')
                end
            ) as kept_things
        from {{ ref('int_ads__' ~ product) }} as reports
        left join kept_levels
            on
                reports.ad_product = kept_levels.ad_product
                and reports.account = kept_levels.account
                and reports.report_date = kept_levels.report_date
                and reports.report_level = kept_levels.report_level
        {% if level %}where reports.report_level = '{{ level }}'{% endif %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

refunding_statuses as (

    select aftersale_status from {{ ref('aftersale_status_map') }}
    where platform = 'douyin' and is_refunded

),

added_callbacks as (

    select
        events.account,
        events.external_userid,
        events.follow_userid,
        events.happened_at
    from {{ ref('stg_wecom__events') }} as events
    inner join {{ ref('wecom_change_types') }} as change_types
        on events.change_type = change_types.change_type
    where change_types.event_kind = 'added'

),

contacts as (

    select
        account,
        external_userid,
        follow_userid,
        added_at
    from {{ ref('stg_wecom__contact_rows') }}
    group by account, external_userid, follow_userid, added_at

),

told_callbacks as (

    select distinct
        added_callbacks.account,
        added_callbacks.external_userid,
        added_callbacks.follow_userid,
        added_callbacks.happened_at
    from added_callbacks
    inner join contacts
        on
            added_callbacks.account = contacts.account
            and added_callbacks.external_userid = contacts.external_userid
            and added_callbacks.follow_userid = contacts.follow_userid
            and added_callbacks.happened_at between contacts.added_at - interval 10 minute
            and contacts.added_at + interval 10 minute

),

delivered_leads as (

    select distinct
        lead_phone_key,
        created_at
    from {{ ref('stg_oceanengine__local_leads') }}
    where lead_phone_key is not null

)

select
    source,
    export,
    kept_rows - kept_things as rows_merged,
    report_rows - kept_rows as rows_dropped,
    0 as rows_added
from ad_rows
union all
select
    'douyin' as source,
    'aftersales' as export,
    0 as rows_merged,
    count(*) - count(statuses.aftersale_status) as rows_dropped,
    0 as rows_added
from {{ ref('stg_douyin__aftersales') }} as cases
left join refunding_statuses as statuses on cases.aftersale_status = statuses.aftersale_status
union all
select
    'douyin' as source,
    'orders' as export,
    0 as rows_merged,
    0 as rows_dropped,
    coalesce(sum(sub_orders - 1), 0) as rows_added
from {{ ref('stg_douyin__orders') }}
union all
select
    'youzan' as source,
    'orders' as export,
    0 as rows_merged,
    0 as rows_dropped,
    coalesce(sum(joined_products - 1), 0) as rows_added
from {{ ref('stg_youzan__orders') }}
union all
select
    'youzan' as source,
    'customers' as export,
    0 as rows_merged,
    count(*) filter (where not coalesce(is_member, false)) as rows_dropped,
    0 as rows_added
from {{ ref('stg_youzan__customers') }}
union all
select
    'hubspot' as source,
    'contacts' as export,
    0 as rows_merged,
    count(*) filter (where created_at is null) as rows_dropped,
    0 as rows_added
from {{ ref('stg_hubspot__contacts') }}
union all
select
    'klaviyo' as source,
    'profiles' as export,
    0 as rows_merged,
    count(*) filter (where coalesce(email_consent, '') <> 'SUBSCRIBED') as rows_dropped,
    0 as rows_added
from {{ ref('stg_klaviyo__profiles') }}
union all
select
    'official_account' as source,
    'followers' as export,
    0 as rows_merged,
    count(distinct account || ':' || openid) as rows_dropped,
    0 as rows_added
from {{ ref('stg_official_account__follower_rows') }}
where subscribed_at is null
union all
select
    'kuaishou' as source,
    'settlements' as export,
    count(*) filter (where refund_cny <> 0) - count(
        distinct
        case
            when refund_cny <> 0
                then
                    order_id_kuaishou || '|' || coalesce(product_id_kuaishou, '') || '|'
                    || cast(settled_at as string)
        end
    ) as rows_merged,
    count(*) filter (where coalesce(refund_cny, 0) = 0) as rows_dropped,
    0 as rows_added
from {{ ref('stg_kuaishou__settlements') }}
union all
select
    'xiaohongshu' as source,
    'settlements' as export,
    count(*) filter (where coalesce(goods_cny, 0) + coalesce(shipping_cny, 0) < 0) - count(
        distinct
        case
            when coalesce(goods_cny, 0) + coalesce(shipping_cny, 0) < 0
                then
                    order_id_xiaohongshu || '|' || coalesce(aftersale_id_xiaohongshu, '') || '|'
                    || cast(settled_at as string) || '|' || coalesce(transaction_type, '')
        end
    ) as rows_merged,
    count(*) filter (where coalesce(goods_cny, 0) + coalesce(shipping_cny, 0) >= 0)
        as rows_dropped,
    0 as rows_added
from {{ ref('stg_xiaohongshu__settlements') }}
union all
select
    'oceanengine' as source,
    'lead_table' as export,
    count(delivered_leads.created_at) as rows_merged,
    0 as rows_dropped,
    0 as rows_added
from {{ ref('stg_oceanengine__lead_table') }} as listed
left join delivered_leads
    on
        listed.lead_phone_key = delivered_leads.lead_phone_key
        and listed.created_at = delivered_leads.created_at
union all
select
    'wecom' as source,
    'customers' as export,
    count(*) as rows_merged,
    0 as rows_dropped,
    0 as rows_added
from {{ ref('int_wecom__relations') }}
where list_file_id is not null and external_userid is not null
union all
select
    'wecom' as source,
    'events' as export,
    (select count(*) from told_callbacks) as rows_merged,
    count(*) - (select count(*) from added_callbacks) as rows_dropped,
    0 as rows_added
from {{ ref('stg_wecom__events') }}
