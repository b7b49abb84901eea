{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key=['customer_id', 'tier_view', 'change_date', 'recorded_at'],
    full_refresh=false,
    meta={'distinct_texts': ['event_id']},
    post_hook=(
        "delete from {{ this }} where customer_id in "
        "(select customer_id from {{ ref('stg_identity__log') }} where event = 'erased')"
    ),
) }}
-- Every change of tier that a run has published, and when it was published and withdrawn: what was
-- said of a past day stays known. A lapse to come is no statement yet. Only an erasure takes rows
-- out.
{%- set publications = tier_publications_so_far() %}
with state as (

    select * from {{ ref('int_customers__tier_state') }}

),

published as (

    {% if publications -%}
        select
            max(as_of_date) as published_through,
            max_by(rules, published_at) as rules,
            max_by(identity_run_id, published_at) as identity_run_id,
            max_by(last_identifier_id, published_at) as last_identifier_id
        from {{ publications }}
    {%- else -%}
        select
            cast(null as date) as published_through,
            rules,
            identity_run_id,
            last_identifier_id
        from state
    {%- endif %}

),

changes as (

    select changes.*
    from {{ ref('int_customers__tier_changes') }} as changes
    cross join state
    where changes.change_date <= state.as_of_date

),

standing as (

    {% if is_incremental() -%}
        select versions.*
        from {{ this }} as versions
        cross join state
        where versions.superseded_at is null and versions.change_date <= state.as_of_date
    {%- else -%}
        select
            *,
            to_tier as tier,
            cast(null as timestamp) as recorded_at,
            cast(null as string) as recorded_cause
        from changes
        where false
    {%- endif %}

),

withdrawn as (

    select standing.*
    from standing
    left join changes
        on
            standing.customer_id = changes.customer_id
            and standing.tier_view = changes.tier_view
            and standing.change_date = changes.change_date
            and standing.tier = changes.to_tier
    where changes.customer_id is null

),

recorded as (

    select changes.*
    from changes
    left join standing
        on
            changes.customer_id = standing.customer_id
            and changes.tier_view = standing.tier_view
            and changes.change_date = standing.change_date
            and changes.to_tier = standing.tier
    where standing.customer_id is null

),

-- why each customer whose past changed did so: the first of the reasons that holds
regrouped as (

    select log.customer_id
    from {{ ref('stg_identity__log') }} as log
    cross join published
    where
        log.run_id > published.identity_run_id
        and (
            log.event in ('merged', 'split', 'left', 'retired')
            or (log.event = 'joined' and log.identifier_id <= published.last_identifier_id)
        )
    union
    select log.other_customer_id as customer_id
    from {{ ref('stg_identity__log') }} as log
    cross join published
    where log.run_id > published.identity_run_id and log.event in ('merged', 'split')

),

lost_events as (

    select
        withdrawn.customer_id,
        max(
            case when orders.is_paid and not orders.is_valid then 1 else 0 end
        ) as refunds,
        max(
            case
                when orders.order_key is null and touchpoints.touch_id is null then 1
                when
                    withdrawn.movement in ('new', 'up', 'returned')
                    and withdrawn.change_date
                    <> coalesce(orders.sale_date, touchpoints.touched_date)
                    then 1
                else 0
            end
        ) as corrections
    from withdrawn
    left join {{ ref('int_orders') }} as orders on withdrawn.event_id = orders.order_key
    left join {{ ref('int_touchpoints') }} as touchpoints
        on withdrawn.event_id = touchpoints.touch_id
    group by withdrawn.customer_id

),

restated as (

    select customer_id from withdrawn
    union
    select recorded.customer_id
    from recorded
    cross join published
    where recorded.change_date <= published.published_through

),

causes as (

    select
        restated.customer_id,
        case
            when published.rules <> state.rules then 'rule_change'
            when regrouped.customer_id is not null then 'identity'
            when lost_events.refunds = 1 then 'refund'
            when lost_events.corrections = 1 then 'corrected_rows'
            else 'late_rows'
        end as cause
    from restated
    cross join published
    cross join state
    left join regrouped on restated.customer_id = regrouped.customer_id
    left join lost_events on restated.customer_id = lost_events.customer_id

)

select
    withdrawn.customer_id,
    withdrawn.tier_view,
    withdrawn.change_date,
    withdrawn.tier,
    withdrawn.movement,
    cast(null as string) as event_id,
    withdrawn.recorded_at,
    withdrawn.recorded_cause,
    {{ run_moment() }} as superseded_at,
    causes.cause as superseded_cause
from withdrawn
inner join causes on withdrawn.customer_id = causes.customer_id
union all
select
    recorded.customer_id,
    recorded.tier_view,
    recorded.change_date,
    recorded.to_tier as tier,
    recorded.movement,
    recorded.event_id,
    {{ run_moment() }} as recorded_at,
    case when recorded.change_date <= published.published_through then causes.cause end
        as recorded_cause,
    cast(null as timestamp) as superseded_at,
    cast(null as string) as superseded_cause
from recorded
cross join published
left join causes on recorded.customer_id = causes.customer_id
