-- A whole number for every campaign that touches or spend name: paths and reports carry it instead
-- of the text.
with campaigns as (

    select campaign from {{ ref('int_touchpoints') }}
    union
    select coalesce(unit_name, project_name) as campaign from {{ ref('fct_ad_spend') }}

)

select
    campaign,
    {{ text_number('campaign') }} as campaign_key
from campaigns
where campaign is not null
