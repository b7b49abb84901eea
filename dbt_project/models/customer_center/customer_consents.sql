{{
    config(
        materialized='incremental',
        incremental_strategy='by_difference',
        unique_key=['customer_id', 'channel'],
        meta={'touches': {'touched_customers': 'customer_id'}}
    )
}}
-- One refusal is a refusal: it stands until a consent with a later date, and for ever where it has
-- no date itself.
with statements as (

    select * from {{ ref('int_consent__statements') }}

),

judged as (

    select
        customer_id,
        channel,
        count(*) as statements,
        count(*) filter (where is_consent) as consented_sources,
        count(*) filter (where not is_consent) as refused_sources,
        count(*) filter (where not is_consent and stated_at is null) as undated_refusals,
        max(stated_at) filter (where is_consent) as last_consented_at,
        max(stated_at) filter (where not is_consent) as last_refused_at,
        any_value(consent_source) as consent_source
    from statements
    group by customer_id, channel

),

decided as (

    select
        *,
        consented_sources > 0
        and undated_refusals = 0
        and (refused_sources = 0 or coalesce(last_consented_at > last_refused_at, false))
            as has_consent
    from judged

),

-- Nearly all have said one thing. Of several statements that say what was decided speaks the newest
-- with a date; a refusal without date before it.
speaking as (

    select
        statements.customer_id,
        statements.channel,
        statements.consent_source,
        statements.stated_at,
        row_number() over (
            partition by statements.customer_id, statements.channel
            order by
                case
                    when statements.stated_at is not null then 1
                    when statements.is_consent then 2
                    else 0
                end asc nulls last,
                statements.stated_at desc nulls last,
                statements.consent_source asc nulls last
        ) as speaking_number
    from statements
    inner join decided
        on
            statements.customer_id = decided.customer_id
            and statements.channel = decided.channel
            and statements.is_consent = decided.has_consent
    where decided.statements > 1

)

select
    decided.customer_id,
    decided.channel,
    coalesce(speaking.consent_source, decided.consent_source) as consent_source,
    cast(decided.consented_sources as bigint) as consented_sources,
    cast(decided.refused_sources as bigint) as refused_sources,
    decided.has_consent,
    case
        when decided.statements > 1 then speaking.stated_at
        else coalesce(decided.last_consented_at, decided.last_refused_at)
    end as decided_at
from decided
left join speaking
    on
        decided.customer_id = speaking.customer_id
        and decided.channel = speaking.channel
        and speaking.speaking_number = 1
