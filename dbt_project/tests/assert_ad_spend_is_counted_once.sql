-- Of one ad product, account and day there is one report level, and its spend is the report's to
-- the fen. No day that was reported is without spend.
{{ config(meta={'dagster': {'ref': {'name': 'fct_ad_spend'}}}) }}
{% set reports = [
    ('oceanengine', 'stg_oceanengine__reports', 'report_level'),
    ('qianchuan', 'stg_qianchuan__materials', "'material'"),
    ('qianchuan', 'stg_qianchuan__products', "'product'"),
    ('wanxiangtai', 'stg_wanxiangtai__items', "'item'"),
    ('zhitongche', 'stg_zhitongche__units', "'unit'"),
    ('juguang', 'stg_xiaohongshu_ads__juguang_notes', "'note'"),
    ('tencent_ads', 'stg_tencent_ads__reports', "'ad'"),
    ('pugongying', 'int_ads__pugongying', 'report_level'),
    ('google_ads', 'int_ads__google_ads', 'report_level'),
] %}
with counted as (

    select
        ad_product,
        account,
        report_date,
        min(report_level) as report_level,
        count(distinct report_level) as report_levels,
        sum(spend_cny) as spend_cny
    from {{ ref('fct_ad_spend') }}
    group by ad_product, account, report_date

),

lines as (

    {% for product, relation, level in reports %}
        select
            '{{ product }}' as ad_product,
            account,
            report_date,
            {{ level }} as report_level,
            spend_cny
        from {{ ref(relation) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

reported as (

    select
        ad_product,
        account,
        report_date,
        report_level,
        sum(spend_cny) as spend_cny
    from lines
    group by ad_product, account, report_date, report_level

),

days as (

    select distinct
        ad_product,
        account,
        report_date
    from reported

)

select
    days.ad_product,
    days.account,
    days.report_date,
    counted.spend_cny,
    reported.spend_cny as reported_cny
from days
left join counted
    on
        days.ad_product = counted.ad_product
        and days.account = counted.account
        and days.report_date = counted.report_date
left join reported
    on
        counted.ad_product = reported.ad_product
        and counted.account = reported.account
        and counted.report_date = reported.report_date
        and counted.report_level = reported.report_level
where
    counted.account is null
    or counted.report_levels <> 1
    or counted.spend_cny is distinct from reported.spend_cny
