-- The lifetime tier never falls: only an event above everything before it opens an interval. Of
-- events at the same moment the highest speaks.
with events as (

    select * from {{ ref('int_customers__aipl_events') }}

),

ranked as (

    select
        *,
        max(tier_rank) over (
            partition by customer_id
            order by event_at asc nulls last, tier_rank desc nulls last, event_id asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as tier_rank_before
    from events

),

entries as (

    select * from ranked
    where tier_rank_before is null or tier_rank > tier_rank_before

),

intervals as (

    select
        *,
        lead(event_at) over (partition by customer_id order by event_at asc nulls last) as valid_to,
        lag(tier) over (partition by customer_id order by event_at asc nulls last) as previous_tier
    from entries

)

select
    customer_id,
    tier,
    cast(tier_rank as integer) as tier_rank,
    previous_tier,
    behaviour,
    event_id,
    valid_to is null as is_current,
    event_at as valid_from,
    {{ local_date('event_at') }} as valid_from_date,
    valid_to,
    {{ local_date('valid_to') }} as valid_to_date
from intervals
