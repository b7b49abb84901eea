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
{%- set in_tier -%}
    partition by customer_id, tier_rank
    order by event_at asc nulls last, event_id asc nulls last
{%- endset %}
{%- set in_time = 'partition by customer_id order by changed_at asc nulls last' %}
with evidence as (

    select * from {{ ref('int_customers__tier_evidence') }}
    where {{ touched_customers_only('customer_id') }}

),

-- the first event of a day may begin a run, the last one may end it: one order finds both
events as (

    select
        customer_id,
        tier_rank,
        behaviour,
        activity_date,
        first_at as event_at,
        first_event_id as event_id
    from evidence
    union all
    select
        customer_id,
        tier_rank,
        behaviour,
        activity_date,
        last_at as event_at,
        last_event_id as event_id
    from evidence
    where last_event_id <> first_event_id

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
        lag(activity_date) over ({{ in_tier }}) as previous_date,
        lead(activity_date) over ({{ in_tier }}) as next_date
    from events

),

gaps as (

    select
        ordered.customer_id,
        ordered.tier_rank,
        ordered.behaviour,
        ordered.event_at,
        ordered.event_id,
        windows.tier_bit,
        ordered.previous_date is null as is_first,
        coalesce(
            {{ days_between('ordered.previous_date', 'ordered.activity_date') }}
            > windows.window_days,
            true
        ) as begins,
        coalesce(
            {{ days_between('ordered.activity_date', 'ordered.next_date') }} > windows.window_days,
            true
        ) as ends,
        {{ end_of_local_day(add_days('ordered.activity_date', 'windows.window_days - 1')) }}
            as ends_at
    from ordered
    inner join windows on ordered.tier_rank = windows.tier_rank

),

-- where a run of behaviours without a lapse begins and ends, tier by tier
bounds as (

    select * from gaps
    where begins or ends

),

customers as (

    select
        customer_id,
        {% for _ in aipl_tiers() -%}
            min(case when tier_rank = {{ loop.index }} then event_at end)
                as rank_{{ loop.index }}_at,
        {% endfor -%}
        sum(case when begins then 1 else 0 end) as runs,
        max(ends_at) as ends_at
    from bounds
    group by customer_id

),

known as (

    select
        bounds.*,
        customers.runs,
        customers.ends_at as last_ends_at,
        case
            {% for _ in aipl_tiers() | reverse -%}
                when
                    bounds.tier_rank > {{ loop.revindex }}
                    and customers.rank_{{ loop.revindex }}_at < bounds.event_at
                    then {{ loop.revindex }}
            {% endfor -%}
        end as lower_rank,
        least(
            {% for _ in aipl_tiers() -%}
                case
                    when bounds.tier_rank < {{ loop.index }} then customers.rank_{{ loop.index }}_at
                end
                {{- ',' if not loop.last }}
            {% endfor -%}
        ) as higher_at
    from bounds
    inner join customers on bounds.customer_id = customers.customer_id

),

-- the active tier of customers of several runs: a bit for each tier as it begins and lapses
moments as (

    select
        customer_id,
        tier_rank,
        tier_bit,
        behaviour,
        event_id,
        event_at as changed_at
    from known
    where begins and runs > 1
    union all
    select
        customer_id,
        tier_rank,
        -tier_bit as tier_bit,
        behaviour,
        event_id,
        ends_at as changed_at
    from known
    where ends and runs > 1

),

-- the tiers held after each moment and before it: bounds of one moment count together, and of them
-- the highest tier's is the one that made the change
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
    from moments

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
        customer_id,
        'lifetime' as tier_view,
        tier_rank as highest_rank,
        lower_rank as previous_rank,
        behaviour,
        event_id,
        event_at as changed_at,
        higher_at as valid_to
    from known
    where is_first and coalesce(higher_at > event_at, true)
    union all
    -- who has one run has one tier, until it lapses
    select
        customer_id,
        'active' as tier_view,
        tier_rank as highest_rank,
        cast(null as integer) as previous_rank,
        behaviour,
        event_id,
        event_at as changed_at,
        last_ends_at as valid_to
    from known
    where begins and runs = 1
    union all
    select
        customer_id,
        'active' as tier_view,
        0 as highest_rank,
        tier_rank as previous_rank,
        behaviour,
        event_id,
        ends_at as changed_at,
        cast(null as timestamp) as valid_to
    from known
    where ends and runs = 1
    union all
    select
        customer_id,
        'active' as tier_view,
        highest_rank,
        previous_rank,
        behaviour,
        event_id,
        changed_at,
        lead(changed_at) over ({{ in_time }}) as valid_to
    from compared
    where previous_rank is null or previous_rank <> highest_rank

),

named as (

    select
        *,
        {{ tier_of_rank('highest_rank') }} as tier,
        case when previous_rank is not null then {{ tier_of_rank('previous_rank') }} end
            as previous_tier
    from changes

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
from named
