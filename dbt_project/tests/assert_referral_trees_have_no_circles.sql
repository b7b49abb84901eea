-- Every step up a tree goes back in time, roots were brought by nobody, and who is in a tree is
-- counted once in one campaign.
with trees as (

    select * from {{ ref('int_referrals__trees') }}

),

counted as (

    select
        count(*) as customers,
        count(*) filter (where trees.invited_date <= as_of.as_of_date) as known_customers
    from trees
    cross join {{ ref('int_calendar__as_of') }} as as_of

),

reported as (

    select coalesce(sum(brought_customers), 0) as customers from {{ ref('rpt_referral') }}

)

select
    'a step forward in time' as what,
    trees.customer_id
from trees
inner join trees as parents on trees.parent_customer_id = parents.customer_id
where parents.invited_at >= trees.invited_at or parents.generation <> trees.generation - 1
union all
select
    'a root that was brought' as what,
    trees.root_customer_id as customer_id
from trees
inner join trees as roots on trees.root_customer_id = roots.customer_id
where trees.generation < 32
union all
select
    'people who are in no campaign' as what,
    counted.known_customers - reported.customers as customer_id
from counted
cross join reported
where counted.known_customers <> reported.customers
