-- Whom a campaign reached, at the first of its messages that did. A message to a group reaches
-- whoever is not known to have left it.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

sends as (

    select
        sends.account,
        sends.medium,
        coalesce(sends.campaign, {{ channel_none() }}) as campaign,
        sends.customer_id,
        sends.chat_id,
        sends.sent_at
    from {{ ref('fct_outreach') }} as sends
    cross join as_of
    where sends.is_delivered and sends.sent_date <= as_of.as_of_date

),

addressed as (

    select
        account,
        medium,
        campaign,
        '(contacts)' as pool,
        customer_id,
        sent_at
    from sends
    where customer_id is not null
    union all
    select
        sends.account,
        sends.medium,
        sends.campaign,
        sends.chat_id as pool,
        relations.customer_id,
        sends.sent_at
    from sends
    inner join {{ ref('int_campaigns__relations') }} as relations
        on
            sends.chat_id = relations.pool
            and sends.sent_at >= relations.began_at
            and (relations.ended_until_at is null or sends.sent_at < relations.ended_until_at)
    where relations.customer_id is not null

)

select
    account,
    medium,
    campaign,
    pool,
    customer_id,
    min(sent_at) as reached_at
from addressed
group by account, medium, campaign, pool, customer_id
