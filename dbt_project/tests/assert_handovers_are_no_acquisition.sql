-- A contact that was handed over inside the brand (add_way 201 and 202) and a follower who was
-- carried along with an account did nothing: no tier, no channel, no credit.
{{ config(meta={'dagster': {'ref': {'name': 'fct_touchpoints'}}}) }}
select
    touch_id,
    behaviour,
    tier,
    channel
from {{ ref('fct_touchpoints') }}
where
    behaviour in ('wecom_contact_handed_over', 'official_account_migrated')
    and (tier is not null or channel is not null or is_attributable)
