-- How far a lead got: as its source states it, or as its customer is seen to do it within the
-- attribution look-back of the industry profile. Only what is seen has a day.
with leads as (

    select
        leads.lead_key,
        leads.customer_id,
        leads.source,
        leads.account,
        coalesce(leads.channel, {{ channel_none() }}) as channel,
        leads.lead_stage,
        leads.lead_at,
        leads.lead_date,
        coalesce(stages.is_contacted, false) as is_stated_contacted,
        coalesce(stages.is_visited, false) as is_stated_visited,
        coalesce(stages.is_deal, false) as is_stated_deal,
        coalesce(stages.is_invalid, false) as is_invalid,
        as_of.as_of_date,
        as_of.attribution_lookback_days as window_days
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on leads.lead_date <= as_of.as_of_date
    left join {{ ref('lead_stages') }} as stages on leads.lead_stage = stages.lead_stage

),

seen as (

    select
        leads.lead_key,
        min(case when days.behaviour = 'wecom_contact_added' then days.activity_date end)
            as contact_date,
        min(case when days.behaviour = 'store_visited' then days.activity_date end) as visit_date,
        min(case when days.behaviour = 'order_paid' then days.activity_date end) as deal_date,
        sum(case when days.behaviour = 'order_paid' then days.gmv_cny - days.refund_cny end)
            as deal_net_gmv_cny
    from leads
    inner join {{ ref('int_customers__days') }} as days
        on
            leads.customer_id = days.customer_id
            and leads.lead_at <= days.last_at
            and leads.as_of_date >= days.activity_date
            and {{ add_days('leads.lead_date', 'leads.window_days') }} >= days.activity_date
    where days.behaviour in ('wecom_contact_added', 'store_visited', 'order_paid')
    group by leads.lead_key

)

select
    leads.lead_key,
    leads.customer_id,
    leads.source,
    leads.account,
    leads.channel,
    leads.lead_stage,
    leads.lead_date,
    leads.as_of_date,
    leads.window_days,
    leads.is_invalid,
    leads.is_stated_contacted or seen.contact_date is not null as is_contacted,
    leads.is_stated_visited or seen.visit_date is not null as is_visited,
    leads.is_stated_deal or seen.deal_date is not null as is_deal,
    {{ add_days('leads.lead_date', 'leads.window_days') }} < leads.as_of_date as is_mature,
    {{ days_between('leads.lead_date', 'seen.contact_date') }} as days_to_contact,
    {{ days_between('leads.lead_date', 'seen.visit_date') }} as days_to_visit,
    {{ days_between('leads.lead_date', 'seen.deal_date') }} as days_to_deal,
    coalesce(seen.deal_net_gmv_cny, 0) as deal_net_gmv_cny
from leads
left join seen on leads.lead_key = seen.lead_key
