-- Every message counts for exactly one campaign, and nobody buys who was not reached.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_outreach_roi'}}}) }}
with sends as (

    select
        count(*) as sent,
        sum(case when sends.is_delivered then 1 else 0 end) as reached
    from {{ ref('fct_outreach') }} as sends
    cross join {{ ref('int_calendar__as_of') }} as as_of
    where coalesce(sends.sent_date <= as_of.as_of_date, true)

),

campaigns as (

    select
        sum(sent) as sent,
        sum(reached) as reached,
        sum(
            case
                when
                    window_buyers > reached_customers
                    or window_buyers > window_orders
                    or lost_customers_72h + possibly_lost_customers_72h > reached_customers
                    or lost_customers_24h > lost_customers_72h
                    then 1
                else 0
            end
        ) as impossible_rows
    from {{ ref('rpt_outreach_roi') }}

)

select
    sends.*,
    campaigns.sent as reported_sent,
    campaigns.reached as reported_reached,
    campaigns.impossible_rows
from sends
cross join campaigns
where
    coalesce(sends.sent, 0) <> coalesce(campaigns.sent, 0)
    or coalesce(sends.reached, 0) <> coalesce(campaigns.reached, 0)
    or campaigns.impossible_rows > 0
