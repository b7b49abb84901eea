-- Of the as-of day, counted anew from the behaviours: the active tier is the highest one with a
-- behaviour in the days of its window that end with that day.
{{ config(meta={'dagster': {'ref': {'name': 'customer_aipl_history'}}}) }}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

profile as (

    select * from {{ ref('industry_profiles') }}
    where industry_profile = {{ var('industry_profile', 1) }}

),

counted as (

    select
        evidence.customer_id,
        max(
            case
                when
                    {{ days_between('evidence.activity_date', 'as_of.as_of_date') }}
                    < case evidence.tier
                        when 'A' then profile.aipl_awareness_days
                        when 'I' then profile.aipl_interest_days
                        when 'P' then profile.aipl_purchase_days
                        when 'L' then profile.aipl_loyalty_days
                    end
                    then evidence.tier_rank
                else 0
            end
        ) as tier_rank
    from {{ ref('int_customers__tier_evidence') }} as evidence
    cross join as_of
    cross join profile
    where evidence.activity_date <= as_of.as_of_date
    group by evidence.customer_id

),

history as (

    {{ tiers_on('active', '(select as_of_date from as_of)') }}

)

select
    coalesce(counted.customer_id, history.customer_id) as customer_id,
    counted.tier_rank,
    history.tier
from counted
full outer join history on counted.customer_id = history.customer_id
where coalesce({{ tier_of_rank('counted.tier_rank') }}, '') <> coalesce(history.tier, '')
