-- Every touch that a source tells of is in fct_touchpoints: its behaviour is in the seed. What has
-- no behaviour is none, such as a profile without consent.
{{ config(meta={'dagster': {'ref': {'name': 'fct_touchpoints'}}}) }}
with sources as (

    {% for source in touch_sources() %}
        select touch_id from {{ ref('int_touchpoints__' ~ source) }}
        where behaviour is not null and {{ sources_to_test() }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select sources.touch_id
from sources
left join {{ ref('fct_touchpoints') }} as touchpoints
    on sources.touch_id = touchpoints.touch_id
where touchpoints.touch_id is null
