-- From lead to deal by month and source. Rates are of leads whose window is over; medians are of
-- the steps that have a day.
with counted as (

    select
        max(as_of_date) as as_of_date,
        cast(date_trunc('month', lead_date) as date) as lead_month,
        source,
        account,
        channel,
        max(window_days) as window_days,
        count(*) as leads_left,
        count(customer_id) as identified_leads,
        sum(case when is_invalid then 1 else 0 end) as invalid_leads,
        sum(case when is_contacted then 1 else 0 end) as contacted_leads,
        sum(case when is_visited then 1 else 0 end) as visited_leads,
        sum(case when is_deal then 1 else 0 end) as deal_leads,
        sum(case when is_mature then 1 else 0 end) as mature_leads,
        sum(case when is_mature and is_contacted then 1 else 0 end) as mature_contacted_leads,
        sum(case when is_mature and is_visited then 1 else 0 end) as mature_visited_leads,
        sum(case when is_mature and is_deal then 1 else 0 end) as mature_deal_leads,
        {% for step in ['contact', 'visit', 'deal'] -%}
            percentile_cont(0.5) within group (order by days_to_{{ step }} asc nulls last)
                as median_days_to_{{ step }},
        {% endfor -%}
        sum(deal_net_gmv_cny) as deal_net_gmv_cny
    from {{ ref('int_leads__steps') }}
    group by cast(date_trunc('month', lead_date) as date), source, account, channel

)

select
    as_of_date,
    lead_month,
    source,
    account,
    channel,
    cast(window_days as integer) as lead_window_days,
    cast(leads_left as bigint) as leads_left,
    cast(identified_leads as bigint) as identified_leads,
    cast(invalid_leads as bigint) as invalid_leads,
    cast(contacted_leads as bigint) as contacted_leads,
    cast(visited_leads as bigint) as visited_leads,
    cast(deal_leads as bigint) as deal_leads,
    cast(median_days_to_contact as double) as median_days_to_contact,
    cast(median_days_to_visit as double) as median_days_to_visit,
    cast(median_days_to_deal as double) as median_days_to_deal,
    cast(mature_leads as bigint) as mature_leads,
    cast(mature_deal_leads as bigint) as mature_deal_leads,
    cast(mature_contacted_leads as double) / nullif(mature_leads, 0) as lead_contact_rate,
    cast(mature_visited_leads as double) / nullif(mature_leads, 0) as lead_visit_rate,
    cast(mature_deal_leads as double) / nullif(mature_leads, 0) as lead_deal_rate,
    {{ wilson_bound('mature_deal_leads', 'mature_leads', -1) }} as lead_deal_rate_low,
    {{ wilson_bound('mature_deal_leads', 'mature_leads', 1) }} as lead_deal_rate_high,
    cast(deal_net_gmv_cny as decimal(18, 4)) as deal_net_gmv_cny,
    mature_leads = leads_left as is_mature
from counted
