{{
    config(
        materialized='incremental',
        incremental_strategy='touched_customers',
        meta={'distinct_texts': ['event_id']}
    )
}}
-- Two views of a customer's tier. The lifetime tier never falls. The active tier is the highest one
-- with a qualifying behaviour in its window: the window's days, counted back from the day asked
-- about. So a tier lapses as the local day begins that is a whole window after the last behaviour.
{%- set in_time = 'partition by customer_id, tier_view order by changed_at asc nulls last' %}
with evidence as (

    select * from {{ ref('int_customers__tier_evidence') }}
    where {{ touched_customers_only('customer_id') }}

),

profile as (

    select * from {{ ref('industry_profiles') }}
    where industry_profile = {{ var('industry_profile', 1) }}

),

windows as (

    {% for name in ['awareness', 'interest', 'purchase', 'loyalty'] %}
        select
            {{ loop.index }} as tier_rank,
            {{ 2 ** (loop.index - 1) }} as tier_bit,
            aipl_{{ name }}_days as window_days
        from profile
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

ordered as (

    select
        *,
        lag(activity_date) over (
            partition by customer_id, tier_rank
            order by
                activity_date asc nulls last,
                first_at asc nulls last,
                first_event_id asc nulls last
        ) as previous_date,
        lead(activity_date) over (
            partition by customer_id, tier_rank
            order by
                activity_date asc nulls last,
                last_at asc nulls last,
                last_event_id asc nulls last
        ) as next_date
    from evidence

),

gaps as (

    select
        ordered.*,
        windows.tier_bit,
        windows.window_days,
        {{ days_between('ordered.previous_date', 'ordered.activity_date') }} as days_before,
        {{ days_between('ordered.activity_date', 'ordered.next_date') }} as days_after
    from ordered
    inner join windows on ordered.tier_rank = windows.tier_rank

),

-- where a run of behaviours without a lapse begins and ends, tier by tier
bounds as (

    select
        customer_id,
        'lifetime' as tier_view,
        tier_rank,
        tier_bit,
        behaviour,
        first_event_id as event_id,
        first_at as changed_at
    from gaps
    where days_before is null
    union all
    select
        customer_id,
        'active' as tier_view,
        tier_rank,
        tier_bit,
        behaviour,
        first_event_id as event_id,
        first_at as changed_at
    from gaps
    where days_before is null or days_before > window_days
    union all
    select
        customer_id,
        'active' as tier_view,
        tier_rank,
        -tier_bit as tier_bit,
        behaviour,
        last_event_id as event_id,
        {{ end_of_local_day(add_days('activity_date', 'window_days - 1')) }} as changed_at
    from gaps
    where days_after is null or days_after > window_days

),

-- the tiers held after each bound and before its moment, a bit for each: bounds of one moment count
-- together, and of them the highest tier's is the one that made the change
held as (

    select
        *,
        sum(tier_bit) over (
            {{ in_time }} range between unbounded preceding and current row
        ) as tier_bits,
        sum(tier_bit) over (
            {{ in_time }} range between unbounded preceding and interval 1 microsecond preceding
        ) as previous_bits,
        max(tier_rank) over (
            {{ in_time }} range between current row and current row
        ) as rank_of_moment
    from bounds

),

compared as (

    select
        *,
        {{ highest_rank('tier_bits') }} as highest_rank,
        case when previous_bits is not null then {{ highest_rank('previous_bits') }} end
            as previous_rank
    from held
    where tier_rank = rank_of_moment

),

changes as (

    select
        *,
        {{ tier_of_rank('highest_rank') }} as tier,
        case when previous_rank is not null then {{ tier_of_rank('previous_rank') }} end
            as previous_tier,
        lead(changed_at) over (
            partition by customer_id, tier_view order by changed_at asc nulls last
        ) as valid_to
    from compared
    where previous_rank is null or previous_rank <> highest_rank

)

select
    customer_id,
    tier_view,
    tier,
    cast(highest_rank as integer) as tier_rank,
    previous_tier,
    {{ tier_movement("coalesce(previous_tier, " ~ tier_new() ~ ")", 'tier') }} as movement,
    behaviour,
    event_id,
    changed_at as valid_from,
    {{ local_date('changed_at') }} as valid_from_date,
    valid_to,
    {{ local_date('valid_to') }} as valid_to_date
from changes
