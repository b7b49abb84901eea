-- The same money stands in the reports of every level of an ad product. Of an account and day one
-- level is kept, the preferred one that was delivered, so that it counts once.
{% set products = [
    'oceanengine', 'qianchuan', 'wanxiangtai', 'zhitongche', 'juguang', 'pugongying', 'tencent_ads',
    'google_ads',
] %}
with reports as (

    {% for product in products %}
        select * from {{ ref('int_ads__' ~ product) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

ranked as (

    select
        reports.*,
        rank() over (
            partition by reports.ad_product, reports.account, reports.report_date
            order by levels.preference asc nulls last, reports.report_level asc nulls last
        ) as level_rank
    from reports
    left join {{ ref('ad_report_levels') }} as levels
        on
            reports.ad_product = levels.ad_product
            and reports.report_level = levels.report_level

)

select
    source,
    ad_product,
    account,
    report_date,
    report_level,
    coalesce(project_id, project_name, '') as project_key,
    coalesce(unit_id, unit_name, '') as unit_key,
    coalesce(material_id, material_name, '') as material_key,
    coalesce(product_id, product_title, '') as product_key,
    max(project_id) as project_id,
    max(project_name) as project_name,
    max(unit_id) as unit_id,
    max(unit_name) as unit_name,
    max(material_id) as material_id,
    max(material_name) as material_name,
    max(product_id) as product_id,
    max(product_title) as product_title,
    sum(spend_cny) as spend_cny,
    sum(impressions) as impressions,
    sum(clicks) as clicks,
    sum(conversions) as conversions,
    sum(deep_conversions) as deep_conversions,
    sum(gmv_cny) as gmv_cny
from ranked
where level_rank = 1
group by
    source,
    ad_product,
    account,
    report_date,
    report_level,
    coalesce(project_id, project_name, ''),
    coalesce(unit_id, unit_name, ''),
    coalesce(material_id, material_name, ''),
    coalesce(product_id, product_title, '')
