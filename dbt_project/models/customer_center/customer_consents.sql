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

-- nearly all have said one thing: only those that share a number, as statements of one person on
-- one channel do, are compared
shared as (

    select {{ values_hash(['customer_id', 'channel']) }} as consent_hash
    from statements
    group by {{ values_hash(['customer_id', 'channel']) }}
    having count(*) > 1

),

compared as (

    select * from statements
    where
        {{ values_hash(['customer_id', 'channel']) }} in (select shared.consent_hash from shared)

),

judged as (

    select
        customer_id,
        channel,
        count(*) filter (where is_consent) as consented_sources,
        count(*) filter (where not is_consent) as refused_sources,
        count(*) filter (where not is_consent and stated_at is null) as undated_refusals,
        max(stated_at) filter (where is_consent) as last_consented_at,
        max(stated_at) filter (where not is_consent) as last_refused_at
    from compared
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

-- Of several statements that say what was decided speaks the newest with a date; a refusal without
-- date before it.
speaking as (

    select
        compared.customer_id,
        compared.channel,
        compared.consent_source,
        compared.stated_at,
        row_number() over (
            partition by compared.customer_id, compared.channel
            order by
                case
                    when compared.stated_at is not null then 1
                    when compared.is_consent then 2
                    else 0
                end asc nulls last,
                compared.stated_at desc nulls last,
                compared.consent_source asc nulls last
        ) as speaking_number
    from compared
    inner join decided
        on
            compared.customer_id = decided.customer_id
            and compared.channel = decided.channel
            and compared.is_consent = decided.has_consent

)

select
    customer_id,
    channel,
    consent_source,
    cast(case when is_consent then 1 else 0 end as bigint) as consented_sources,
    cast(case when is_consent then 0 else 1 end as bigint) as refused_sources,
    is_consent as has_consent,
    stated_at as decided_at
from statements
where {{ values_hash(['customer_id', 'channel']) }} not in (select shared.consent_hash from shared)
union all
select
    decided.customer_id,
    decided.channel,
    speaking.consent_source,
    cast(decided.consented_sources as bigint) as consented_sources,
    cast(decided.refused_sources as bigint) as refused_sources,
    decided.has_consent,
    speaking.stated_at as decided_at
from decided
inner join speaking
    on
        decided.customer_id = speaking.customer_id
        and decided.channel = speaking.channel
        and speaking.speaking_number = 1
