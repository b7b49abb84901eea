select
    conversation_key,
    agent_id,
    source,
    account,
    agent_name,
    cast(conversations as bigint) as conversations,
    cast(messages_sent as bigint) as messages_sent,
    cast(reply_rate as double) as reply_rate,
    cast(first_reply_minutes as decimal(18, 4)) as first_reply_minutes,
    cast(contact_requests as bigint) as contact_requests,
    cast(new_contacts as bigint) as new_contacts,
    cast(contacts_lost as bigint) as contacts_lost,
    cast(leads as bigint) as leads,
    cast({{ days_between('period_start_date', 'period_end_date') }} + 1 as integer) as period_days,
    period_start_date,
    period_end_date
from {{ ref('int_conversations') }}
