-- Every touch that a source tells of is in fct_touchpoints: its behaviour is in the seed.
with sources as (

    {% for source in [
        'wecom',
        'wecom_groups',
        'official_account',
        'crm',
        'youzan',
        'douyin',
        'outreach',
        'parcel_cards',
        'stores',
        'referrals',
        'klaviyo',
        'hubspot',
    ] %}
        select touch_id from {{ ref('int_touchpoints__' ~ source) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select sources.touch_id
from sources
left join {{ ref('fct_touchpoints') }} as touchpoints
    on sources.touch_id = touchpoints.touch_id
where touchpoints.touch_id is null
