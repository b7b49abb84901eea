{%- set target = var('service_target_minutes', 30) -%}
-- How soon accounts answered. The exports give a mean per account and day: with `n` answered chats
-- of mean `m` minutes, fewer than n * m / target of them can have waited longer than the target.
with days as (

    select
        *,
        ({{ days_between("date '1970-01-05'", 'period_start_date') }} % 7 + 7) % 7 + 1
            as iso_weekday
    from {{ ref('fct_conversations') }}

),

answered as (

    select
        days.*,
        as_of.as_of_date,
        hours.opens_at,
        hours.closes_at,
        case when days.period_days = 1 then hours.weekday is not null end as is_working_day,
        case
            when days.first_reply_minutes is not null
                then cast(round(days.conversations * days.reply_rate) as bigint)
        end as answered_conversations
    from days
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on days.period_end_date <= as_of.as_of_date
    left join {{ ref('service_hours') }} as hours on days.iso_weekday = hours.weekday

),

-- A mean above the target needs at least one chat above it.
bounded as (

    select
        *,
        least(
            answered_conversations,
            greatest(
                cast(ceil(answered_conversations * first_reply_minutes / {{ target }}) as bigint)
                - 1,
                0
            )
        ) as late_at_most,
        case
            when answered_conversations > 0 and first_reply_minutes > {{ target }} then 1
            when answered_conversations is not null then 0
        end as late_at_least
    from answered

)

select
    as_of_date,
    conversation_key,
    source,
    account,
    agent_id,
    agent_name,
    period_start_date,
    period_end_date,
    cast(iso_weekday as integer) as weekday,
    opens_at,
    closes_at,
    is_working_day,
    cast(conversations as bigint) as conversations,
    answered_conversations,
    reply_rate,
    first_reply_minutes,
    cast(answered_conversations - late_at_most as bigint) as within_target_at_least,
    cast(answered_conversations - late_at_least as bigint) as within_target_at_most,
    case
        when first_reply_minutes is null and coalesce(conversations, 0) = 0
            then 'Nobody was talked to'
        when first_reply_minutes is null
            then 'The export tells no reply times'
        when not coalesce(is_working_day, true)
            then 'No working day: nobody had to answer'
        else 'A mean of the whole day: no export tells hours, nor automatic answers'
    end as service_note
from bounded
