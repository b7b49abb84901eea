-- The same money stands in the account, project, unit and material reports. Of an account and
-- day one report level is kept, the preferred one that was delivered, so that it counts once.
with reports as (

    select * from {{ ref('stg_oceanengine__reports') }}

),

levels as (

    select * from {{ ref('ad_report_levels') }}
    where source = 'oceanengine'

),

ranked as (

    select
        reports.*,
        rank() over (
            partition by reports.account, reports.report_date
            order by levels.preference asc nulls last, reports.report_level asc nulls last
        ) as level_rank
    from reports
    left join levels on reports.report_level = levels.report_level

)

select
    'oceanengine' as source,
    account,
    report_date,
    report_level,
    coalesce(project_id, '') as project_id,
    coalesce(unit_id, '') as unit_id,
    coalesce(material_id, '') as material_id,
    max(project_name) as project_name,
    max(unit_name) as unit_name,
    max(material_name) as material_name,
    sum(spend_cny) as spend_cny,
    sum(impressions) as impressions,
    sum(clicks) as clicks,
    sum(conversions) as conversions,
    sum(deep_conversions) as deep_conversions
from ranked
where level_rank = 1
group by
    account,
    report_date,
    report_level,
    coalesce(project_id, ''),
    coalesce(unit_id, ''),
    coalesce(material_id, '')
