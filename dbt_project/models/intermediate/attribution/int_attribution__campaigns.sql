-- A whole number for every campaign that touches name: paths and reports carry it instead of the
-- text.
with campaigns as (

    select distinct campaign
    from {{ ref('int_touchpoints') }}
    where campaign is not null

)

select
    campaign,
    {{ text_number('campaign') }} as campaign_key
from campaigns
