with orders as (

    select
        'orders' as fact,
        platform as source,
        identifier_id,
        is_identified
    from {{ ref('int_orders') }}

),

touchpoints as (

    select
        'touchpoints' as fact,
        source,
        identifier_id,
        is_identified
    from {{ ref('int_touchpoints') }}

),

memberships as (

    select
        'memberships' as fact,
        program as source,
        identifier_id,
        is_identified
    from {{ ref('fct_memberships') }}

),

outreach as (

    select
        'outreach' as fact,
        source,
        identifier_id,
        is_identified
    from {{ ref('fct_outreach') }}
    where chat_id is null

),

group_memberships as (

    select
        'group_memberships' as fact,
        source,
        identifier_id,
        is_identified
    from {{ ref('fct_group_memberships') }}
    where is_customer

),

leads as (

    select
        'leads' as fact,
        source,
        identifier_id,
        is_identified
    from {{ ref('fct_leads') }}

),

facts as (

    select * from orders
    union all
    select * from touchpoints
    union all
    select * from memberships
    union all
    select * from outreach
    union all
    select * from group_memberships
    union all
    select * from leads

),

as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

)

select
    as_of.as_of_date,
    facts.fact,
    facts.source,
    cast(count(*) as bigint) as facts,
    cast(count(facts.identifier_id) as bigint) as named_facts,
    cast(count(*) filter (where facts.is_identified) as bigint) as identified_facts,
    cast(count(*) filter (where facts.is_identified) as double) / count(*) as match_rate
from facts
cross join as_of
group by as_of.as_of_date, facts.fact, facts.source
