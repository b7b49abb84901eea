with sends as (

    select * from {{ ref('int_outreach__sends') }}

)

select
    sends.send_key,
    identifiers.identifier_id,
    identity_map.customer_id,
    sends.sender_userid,
    sends.chat_id,
    sends.source,
    sends.account,
    sends.medium,
    sends.channel,
    sends.campaign,
    sends.batch,
    sends.send_status,
    sends.intent_level,
    cast(sends.cost_cny as decimal(18, 4)) as cost_cny,
    identity_map.customer_id is not null as is_identified,
    sends.is_delivered,
    sends.opened_at is not null as has_opened,
    sends.has_clicked,
    sends.is_interested,
    sends.has_unsubscribed,
    sends.sent_at,
    {{ local_date('sends.sent_at') }} as sent_date,
    sends.opened_at,
    sends.clicked_at,
    sends.unsubscribed_at
from sends
{{ join_customer('sends', 'sends.sent_at') }}
