with contacts as (

    select * from {{ ref('stg_wecom__contacts') }}

),

add_ways as (

    select * from {{ ref('channel_map_wecom_add_way') }}

)

select
    'wecom:' || contacts.account || ':' || contacts.external_userid || ':' || contacts.follow_userid
        as touch_id,
    -- an add way that is not mapped yet counts as an add: a test stops on it
    case
        when coalesce(add_ways.is_acquisition, true) then 'wecom_contact_added'
        else 'wecom_contact_handed_over'
    end as behaviour,
    'wecom_external_userid' as identifier_type,
    contacts.account || ':' || contacts.external_userid as identifier_value,
    cast(null as string) as order_key,
    'wecom' as source,
    contacts.account,
    add_ways.label_zh as medium,
    contacts.state as campaign,
    add_ways.channel,
    false as is_channel_pending,
    contacts.added_at as touched_at
from contacts
left join add_ways on contacts.add_way = add_ways.add_way
