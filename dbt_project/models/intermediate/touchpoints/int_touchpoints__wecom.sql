{{
    config(
        materialized='incremental',
        incremental_strategy='by_difference',
        unique_key='touch_id',
        meta={
            'distinct_texts': ['touch_id', 'identifier_value'],
            'touches': {'touched_touches': 'touch_id'}
        }
    )
}}
select
    'wecom:' || relation_key as touch_id,
    case when is_acquisition then 'wecom_contact_added' else 'wecom_contact_handed_over' end
        as behaviour,
    identifier_type,
    identifier_value,
    cast(null as string) as order_key,
    'wecom' as source,
    account,
    medium,
    campaign,
    channel,
    false as is_channel_pending,
    added_at as touched_at
from {{ ref('int_wecom__relations') }}
