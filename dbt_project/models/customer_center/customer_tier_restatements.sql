-- The days of a customer whose published tier a later run said otherwise. Both sides are read from
-- the changes that stood before that run and after it, up to the last day published before.
with versions as (

    select * from {{ ref('int_customers__tier_versions') }}

),

publications as (

    select * from {{ ref('int_customers__tier_publications') }}

),

restated as (

    select
        customer_id,
        tier_view,
        superseded_at as restated_at,
        superseded_cause as cause
    from versions
    where superseded_at is not null
    union
    select
        customer_id,
        tier_view,
        recorded_at as restated_at,
        recorded_cause as cause
    from versions
    where recorded_cause is not null

),

bounded as (

    select
        restated.customer_id,
        restated.tier_view,
        restated.restated_at,
        restated.cause,
        max(publications.as_of_date) as published_through
    from restated
    inner join publications on restated.restated_at > publications.published_at
    group by restated.customer_id, restated.tier_view, restated.restated_at, restated.cause

),

sides as (

    select
        bounded.*,
        versions.change_date,
        versions.tier,
        versions.recorded_at < bounded.restated_at
        and (
            versions.superseded_at is null or versions.superseded_at >= bounded.restated_at
        ) as is_published,
        versions.recorded_at <= bounded.restated_at
        and (versions.superseded_at is null or versions.superseded_at > bounded.restated_at)
            as is_restated
    from bounded
    inner join versions
        on
            bounded.customer_id = versions.customer_id
            and bounded.tier_view = versions.tier_view
            and bounded.published_through >= versions.change_date

),

points as (

    select distinct
        customer_id,
        tier_view,
        restated_at,
        cause,
        published_through,
        change_date as from_date
    from sides
    where is_published or is_restated

),

tiers as (

    select
        points.customer_id,
        points.tier_view,
        points.restated_at,
        points.cause,
        points.published_through,
        points.from_date,
        coalesce(
            max_by(sides.tier, sides.change_date) filter (where sides.is_published),
            {{ tier_new() }}
        ) as published_tier,
        coalesce(
            max_by(sides.tier, sides.change_date) filter (where sides.is_restated),
            {{ tier_new() }}
        ) as restated_tier
    from points
    inner join sides
        on
            points.customer_id = sides.customer_id
            and points.tier_view = sides.tier_view
            and points.restated_at = sides.restated_at
            and points.from_date >= sides.change_date
    group by
        points.customer_id,
        points.tier_view,
        points.restated_at,
        points.cause,
        points.published_through,
        points.from_date

),

intervals as (

    select
        *,
        lead(from_date) over (
            partition by customer_id, tier_view, restated_at order by from_date asc nulls last
        ) as next_from_date
    from tiers

)

select
    customer_id,
    tier_view,
    published_tier,
    restated_tier,
    cause,
    restated_at,
    from_date,
    coalesce({{ add_days('next_from_date', -1) }}, published_through) as to_date,
    published_through
from intervals
where published_tier <> restated_tier
