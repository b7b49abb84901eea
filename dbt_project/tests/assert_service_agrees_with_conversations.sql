-- Every period of an account is there once; what is certain is never more than what is possible.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_service'}}}) }}
with counted as (

    select
        count(*) as periods,
        sum(conversations.conversations) as conversations
    from {{ ref('fct_conversations') }} as conversations
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on conversations.period_end_date <= as_of.as_of_date

),

reported as (

    select
        count(*) as periods,
        sum(conversations) as conversations,
        sum(
            case
                when
                    within_target_at_least < 0
                    or within_target_at_least > within_target_at_most
                    or within_target_at_most > answered_conversations
                    or answered_conversations > conversations
                    then 1
                else 0
            end
        ) as impossible_rows
    from {{ ref('rpt_service') }}

)

select
    counted.*,
    reported.periods as reported_periods,
    reported.conversations as reported_conversations,
    reported.impossible_rows
from counted
cross join reported
where
    counted.periods <> reported.periods
    or coalesce(counted.conversations, 0) <> coalesce(reported.conversations, 0)
    or reported.impossible_rows > 0
