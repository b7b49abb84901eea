-- Figures of other periods and accounts stay apart: a week is not seven days here.
select
    'wecom:' || account || ':' || userid || ':' || cast(stat_date as string) as conversation_key,
    'wecom' as source,
    account,
    userid as agent_id,
    cast(null as string) as agent_name,
    chats as conversations,
    messages as messages_sent,
    reply_rate,
    first_reply_minutes,
    new_applications as contact_requests,
    new_contacts,
    negative_feedback as contacts_lost,
    cast(null as bigint) as leads,
    stat_date as period_start_date,
    stat_date as period_end_date
from {{ ref('stg_wecom__statistics') }}
union all
select
    'xiaohongshu_ads:' || account || ':' || coalesce(publisher_id_xiaohongshu, '') || ':'
    || coalesce(publisher_name, '') || ':' || cast(week_start_date as string) as conversation_key,
    'xiaohongshu_ads' as source,
    account,
    coalesce(publisher_id_xiaohongshu, publisher_name, account) as agent_id,
    publisher_name as agent_name,
    message_persons as conversations,
    cast(null as bigint) as messages_sent,
    cast(null as double) as reply_rate,
    cast(null as decimal(18, 4)) as first_reply_minutes,
    cast(null as bigint) as contact_requests,
    cast(null as bigint) as new_contacts,
    cast(null as bigint) as contacts_lost,
    leads,
    week_start_date as period_start_date,
    coalesce(week_end_date, {{ add_days('week_start_date', 6) }}) as period_end_date
from {{ ref('stg_xiaohongshu_ads__weekly_leads') }}
