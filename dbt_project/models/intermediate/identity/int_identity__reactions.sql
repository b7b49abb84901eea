-- A message sent proves nobody; who clicks, unsubscribes or shows interest is there.
select
    'phone' as identifier_type,
    phone_key as identifier_value,
    'outreach_sms' as source,
    reacted_at,
    file_id,
    line_number
from {{ ref('stg_outreach__sms_send_rows') }}
where has_clicked or has_unsubscribed
union all
select
    'phone' as identifier_type,
    calls.phone_key as identifier_value,
    'outreach_ai_call' as source,
    calls.called_at as reacted_at,
    calls.file_id,
    calls.line_number
from {{ ref('stg_outreach__ai_call_rows') }} as calls
inner join {{ ref('ai_call_intent_map') }} as intents
    on calls.intent_level = intents.intent_level
where intents.is_interested
union all
select
    'email' as identifier_type,
    email_key as identifier_value,
    'outreach_email' as source,
    reacted_at,
    file_id,
    line_number
from {{ ref('stg_outreach__email_send_rows') }}
where has_clicked or has_unsubscribed
