{{
    config(
        materialized='incremental',
        incremental_strategy='by_key',
        unique_key='recipient_key',
        meta={
            'distinct_texts': ['send_key', 'recipient_key'],
            'touches': {'touched_touches': ["send_key || ':click'", "send_key || ':interest'"]}
        }
    )
}}
-- The text of an identifier is long and stored elsewhere: here it stays where somebody reacted,
-- which others read, and where no identifier is known by it yet.
{%- set or_of_touched = or_of_touched_identifiers('send_key') %}
with sms as (

    select
        'sms' as medium,
        'outreach' as source,
        account,
        campaign,
        batch,
        cast(null as string) as sender_userid,
        cast(null as string) as chat_id,
        case when phone_key is not null then 'phone' end as identifier_type,
        phone_key as identifier_value,
        coalesce(phone_key, phone_masked) as receiver,
        send_number,
        send_status,
        cost_cny,
        coalesce(is_clicked, clicked_at is not null) as has_clicked,
        cast(null as string) as intent_level,
        coalesce(is_unsubscribed, unsubscribed_at is not null) as has_unsubscribed,
        sent_at,
        cast(null as timestamp) as opened_at,
        coalesce(clicked_at, receipt_at, sent_at) as clicked_at,
        coalesce(unsubscribed_at, receipt_at, sent_at) as unsubscribed_at
    from {{ ref('stg_outreach__sms_sends') }}
    where {{ from_new_files() }}

),

ai_calls as (

    select
        'ai_call' as medium,
        'outreach' as source,
        account,
        campaign,
        batch,
        cast(null as string) as sender_userid,
        cast(null as string) as chat_id,
        case when phone_key is not null then 'phone' end as identifier_type,
        phone_key as identifier_value,
        coalesce(phone_key, phone_masked) as receiver,
        send_number,
        call_status as send_status,
        cost_cny,
        false as has_clicked,
        intent_level,
        false as has_unsubscribed,
        called_at as sent_at,
        cast(null as timestamp) as opened_at,
        cast(null as timestamp) as clicked_at,
        cast(null as timestamp) as unsubscribed_at
    from {{ ref('stg_outreach__ai_calls') }}
    where {{ from_new_files() }}

),

emails as (

    select
        'email' as medium,
        'outreach' as source,
        account,
        campaign,
        cast(null as string) as batch,
        cast(null as string) as sender_userid,
        cast(null as string) as chat_id,
        case when email_key is not null then 'email' end as identifier_type,
        email_key as identifier_value,
        coalesce(email_key, email_masked) as receiver,
        send_number,
        delivery_status as send_status,
        cost_cny,
        clicked_at is not null as has_clicked,
        cast(null as string) as intent_level,
        unsubscribed_at is not null as has_unsubscribed,
        sent_at,
        opened_at,
        clicked_at,
        unsubscribed_at
    from {{ ref('stg_outreach__email_sends') }}
    where {{ from_new_files() }}

),

mass_sends as (

    select
        case when external_userid is not null then 'wecom_single' else 'wecom_group' end as medium,
        'wecom' as source,
        account,
        coalesce(campaign, message_id) as campaign,
        message_id as batch,
        userid as sender_userid,
        chat_id,
        case when external_userid is not null then 'wecom_external_userid' end as identifier_type,
        account || ':' || external_userid as identifier_value,
        coalesce(external_userid, chat_id) as receiver,
        1 as send_number,
        cast(send_status as string) as send_status,
        cast(null as decimal(18, 4)) as cost_cny,
        false as has_clicked,
        cast(null as string) as intent_level,
        false as has_unsubscribed,
        sent_at,
        cast(null as timestamp) as opened_at,
        cast(null as timestamp) as clicked_at,
        cast(null as timestamp) as unsubscribed_at
    from {{ ref('stg_wecom__mass_sends') }}
    where {{ from_new_files() }}

),

sends as (

    select * from sms
    union all
    select * from ai_calls
    union all
    select * from emails
    union all
    select * from mass_sends

),

unioned as (

    select
        *,
        medium || ':' || md5(
            account
            || '|' || coalesce(batch, '')
            || '|' || coalesce(sender_userid, '')
            || '|' || coalesce(receiver, '')
            -- a mass message has a number; its name and time may come later
            || case
                when source = 'outreach'
                    then '|' || campaign || '|' || coalesce(cast(sent_at as string), '')
                else ''
            end
        ) as recipient_key
    from sends

),

mapped as (

    select
        unioned.recipient_key || ':' || cast(unioned.send_number as string) as send_key,
        unioned.recipient_key,
        unioned.medium,
        unioned.source,
        unioned.account,
        unioned.campaign,
        unioned.batch,
        unioned.sender_userid,
        unioned.chat_id,
        unioned.identifier_type,
        unioned.identifier_value,
        unioned.send_status,
        unioned.intent_level,
        media.channel,
        unioned.cost_cny,
        statuses.is_delivered,
        unioned.has_clicked,
        coalesce(intents.is_interested, false) as is_interested,
        unioned.has_unsubscribed,
        unioned.has_clicked or unioned.has_unsubscribed or coalesce(intents.is_interested, false)
            as has_reacted,
        unioned.sent_at,
        unioned.opened_at,
        case when unioned.has_clicked then unioned.clicked_at end as clicked_at,
        case when unioned.has_unsubscribed then unioned.unsubscribed_at end as unsubscribed_at
    from unioned
    inner join {{ ref('channel_map_outreach_medium') }} as media
        on unioned.medium = media.medium
    left join {{ ref('outreach_status_map') }} as statuses
        on unioned.medium = statuses.medium and unioned.send_status = statuses.status
    left join {{ ref('ai_call_intent_map') }} as intents
        on unioned.intent_level = intents.intent_level

),

{% if is_incremental() -%}
    -- what is stored of receivers whose customer changed, or of whom nobody was known yet
    known_before as (

        select
            kept.send_key,
            kept.recipient_key,
            kept.medium,
            kept.source,
            kept.account,
            kept.campaign,
            kept.batch,
            kept.sender_userid,
            kept.chat_id,
            kept.identifier_type,
            coalesce(kept.identifier_value, known.identifier_value) as identifier_value,
            kept.send_status,
            kept.intent_level,
            kept.channel,
            kept.cost_cny,
            kept.is_delivered,
            kept.has_clicked,
            kept.is_interested,
            kept.has_unsubscribed,
            kept.has_reacted,
            kept.sent_at,
            kept.opened_at,
            kept.clicked_at,
            kept.unsubscribed_at
        from {{ this }} as kept
        left join {{ ref('stg_identity__identifiers') }} as known
            on kept.identifier_id = known.identifier_id
        where
            (
                (kept.identifier_id is null and kept.identifier_value is not null)
                {{ or_of_touched }}
            )
            and not exists (
                select 1 from mapped
                where kept.recipient_key = mapped.recipient_key
            )

    ),
{%- endif %}

facts as (

    select * from mapped
    {% if is_incremental() -%}
        union all
        select * from known_before
    {%- endif %}

)

select
    facts.send_key,
    facts.recipient_key,
    identifiers.identifier_id,
    identity_map.customer_id,
    facts.medium,
    facts.source,
    facts.account,
    facts.campaign,
    facts.batch,
    facts.sender_userid,
    facts.chat_id,
    facts.identifier_type,
    case when facts.has_reacted or identifiers.identifier_id is null then facts.identifier_value end
        as identifier_value,
    facts.send_status,
    facts.intent_level,
    facts.channel,
    facts.cost_cny,
    facts.is_delivered,
    facts.has_clicked,
    facts.is_interested,
    facts.has_unsubscribed,
    facts.has_reacted,
    facts.sent_at,
    facts.opened_at,
    facts.clicked_at,
    facts.unsubscribed_at
from facts
{{ join_customer('facts', 'facts.sent_at') }}
