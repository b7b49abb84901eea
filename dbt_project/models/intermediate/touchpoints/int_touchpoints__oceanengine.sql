with leads as (

    select * from {{ ref('int_leads') }}

)

select
    lead_key as touch_id,
    'lead_left' as behaviour,
    case when lead_phone_key is not null then 'phone' end as identifier_type,
    lead_phone_key as identifier_value,
    cast(null as string) as order_key,
    source,
    account,
    clue_type as medium,
    unit_name as campaign,
    channel,
    false as is_channel_pending,
    created_at as touched_at
from leads
