-- Every lead up to the as-of day is in one month and source, and no step has more than there are.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_leads'}}}) }}
with left_leads as (

    select
        leads.source,
        count(*) as leads_left
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on leads.lead_date <= as_of.as_of_date
    group by leads.source

),

reported as (

    select
        source,
        sum(leads_left) as leads_left,
        sum(
            case
                when
                    greatest(contacted_leads, visited_leads, deal_leads) > leads_left
                    or greatest(invalid_leads, mature_leads) > leads_left
                    or mature_deal_leads > deal_leads
                    then 1
                else 0
            end
        ) as impossible_rows
    from {{ ref('rpt_leads') }}
    group by source

)

select
    left_leads.*,
    reported.leads_left as reported_leads,
    reported.impossible_rows
from left_leads
full outer join reported on left_leads.source = reported.source
where
    coalesce(left_leads.leads_left, 0) <> coalesce(reported.leads_left, 0)
    or reported.impossible_rows > 0
