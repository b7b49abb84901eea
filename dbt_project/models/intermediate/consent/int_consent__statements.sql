{{ config(materialized='view') }}
-- What anybody said about being written to or called. A member card, and an address that may not
-- be written to, have no date: they hold as long as the export says so. A tick on the card is a
-- consent to an ad platform only where brand.yml says that the card's text names it.
with cards as (

    select
        case when has_marketing_consent then 'member_card_agreed' else 'member_card_refused' end
            as consent_source,
        identifier_type,
        identifier_value,
        joined_at as known_at,
        cast(null as timestamp) as stated_at
    from {{ ref('int_memberships__crm') }}
    where has_marketing_consent is not null

),

profiles as (

    select
        case when has_email_consent then 'newsletter_subscribed' else 'newsletter_unsubscribed' end
            as consent_source,
        'klaviyo_profile_id' as identifier_type,
        account || ':' || klaviyo_id as identifier_value,
        email_consent_at as known_at,
        email_consent_at as stated_at
    from {{ ref('stg_klaviyo__profiles') }}
    where email_consent in ('SUBSCRIBED', 'UNSUBSCRIBED')
    union all
    select
        'email_suppressed' as consent_source,
        'klaviyo_profile_id' as identifier_type,
        account || ':' || klaviyo_id as identifier_value,
        cast(null as timestamp) as known_at,
        cast(null as timestamp) as stated_at
    from {{ ref('stg_klaviyo__profiles') }}
    where suppressions is not null

),

checkouts as (

    select
        'checkout_agreed' as consent_source,
        'email' as identifier_type,
        customer_email_key as identifier_value,
        min(created_at) as known_at,
        max(created_at) as stated_at
    from {{ ref('stg_shopify__orders') }}
    where has_marketing_consent and customer_email_key is not null
    group by customer_email_key

),

unsubscribes as (

    select
        medium || '_unsubscribed' as consent_source,
        identifier_type,
        identifier_value,
        sent_at as known_at,
        unsubscribed_at as stated_at
    from {{ ref('int_outreach__sends') }}
    where has_unsubscribed

),

contacts as (

    select
        'wecom_contact' as consent_source,
        relations.identifier_type,
        relations.identifier_value,
        relations.added_at as known_at,
        relations.added_at as stated_at
    from {{ ref('int_wecom__relations') }} as relations
    left join {{ ref('int_wecom__losses') }} as losses
        on relations.relation_key = losses.relation_key
    where losses.relation_key is null

),

deletions as (

    select
        'wecom_deleted' as consent_source,
        identifier_type,
        identifier_value,
        coalesce(added_at, ended_at) as known_at,
        coalesce(ended_at, missed_at) as stated_at
    from {{ ref('int_wecom__losses') }}
    where ended_by = 'customer'

),

statements as (

    select * from cards
    union all
    select * from profiles
    union all
    select * from checkouts
    union all
    select * from unsubscribes
    union all
    select * from contacts
    union all
    select * from deletions

)

select
    identity_map.customer_id,
    sources.channel,
    statements.consent_source,
    sources.is_consent,
    statements.stated_at
from statements
left join {{ ref('consent_sources') }} as sources
    on statements.consent_source = sources.consent_source
{{ join_customer('statements', 'statements.known_at') }}
where
    identity_map.customer_id is not null
    and (
        not sources.needs_named_recipient
        {% for recipient in var('member_card_ad_recipients') -%}
            or sources.channel = '{{ recipient }}'
        {% endfor %}
    )
