-- Groups day by day, from the first member list on. Stocks are running sums of what changes them.
with groups as (

    select
        groups.*,
        as_of.as_of_date,
        as_of.active_days
    from {{ ref('int_community__groups') }} as groups
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on groups.first_snapshot_date <= as_of.as_of_date

),

-- the day on which a stay is first missing is the first without it
stays as (

    select
        groups.chat_id,
        groups.first_snapshot_date,
        groups.as_of_date,
        groups.active_days,
        memberships.customer_id,
        memberships.joined_date,
        memberships.left_date
    from {{ ref('fct_group_memberships') }} as memberships
    inner join groups
        on
            memberships.account = groups.account
            and memberships.chat_id = groups.chat_id
            and memberships.joined_date <= groups.as_of_date
    where memberships.is_customer

),

active_dates as (

    select
        days.customer_id,
        days.activity_date,
        lead(days.activity_date) over (
            partition by days.customer_id order by days.activity_date asc nulls last
        ) as next_activity_date
    from (
        select distinct
            days.customer_id,
            days.activity_date
        from {{ ref('int_customers__days') }} as days
        inner join {{ ref('aipl_behaviours') }} as behaviours
            on days.behaviour = behaviours.behaviour
        inner join (select distinct customer_id from stays) as members
            on days.customer_id = members.customer_id
        where behaviours.lifecycle_stage = 'active' or behaviours.behaviour = 'order_paid'
    ) as days

),

-- Days on which a member counts as active: from each activity on, until the next one takes over.
active_spans as (

    select
        stays.chat_id,
        stays.first_snapshot_date,
        greatest(active_dates.activity_date, stays.joined_date, stays.first_snapshot_date)
            as from_date,
        least(
            {{ add_days('active_dates.activity_date', 'stays.active_days') }},
            coalesce(
                active_dates.next_activity_date,
                {{ add_days('active_dates.activity_date', 'stays.active_days') }}
            ),
            coalesce(stays.left_date, {{ add_days('stays.as_of_date', 1) }})
        ) as to_date
    from stays
    inner join active_dates on stays.customer_id = active_dates.customer_id

),

changes as (

    select
        chat_id,
        greatest(joined_date, first_snapshot_date) as stat_date,
        1 as members,
        case when customer_id is not null then 1 else 0 end as identified_members,
        0 as active_members,
        case when joined_date >= first_snapshot_date then 1 else 0 end as joined_members,
        0 as left_members
    from stays
    union all
    select
        chat_id,
        left_date as stat_date,
        -1 as members,
        case when customer_id is not null then -1 else 0 end as identified_members,
        0 as active_members,
        0 as joined_members,
        1 as left_members
    from stays
    where left_date is not null
    union all
    select
        chat_id,
        from_date as stat_date,
        0 as members,
        0 as identified_members,
        1 as active_members,
        0 as joined_members,
        0 as left_members
    from active_spans
    where from_date < to_date
    union all
    select
        chat_id,
        to_date as stat_date,
        0 as members,
        0 as identified_members,
        -1 as active_members,
        0 as joined_members,
        0 as left_members
    from active_spans
    where from_date < to_date

),

daily_changes as (

    select
        chat_id,
        stat_date,
        sum(members) as members,
        sum(identified_members) as identified_members,
        sum(active_members) as active_members,
        sum(joined_members) as joined_members,
        sum(left_members) as left_members
    from changes
    group by chat_id, stat_date

),

sales as (

    select
        group_orders.chat_id,
        orders.sale_date as stat_date,
        count(*) as orders,
        count(distinct orders.customer_id) as buyers,
        sum(case when orders.gmv_cny > {{ var('high_ticket_order_cny', 1000) }} then 1 else 0 end)
            as high_ticket_orders,
        sum(orders.net_gmv_cny) as net_gmv_cny
    from {{ ref('int_community__orders') }} as group_orders
    inner join {{ ref('fct_orders') }} as orders on group_orders.order_key = orders.order_key
    group by group_orders.chat_id, orders.sale_date

),

sends as (

    select
        chat_id,
        sent_date as stat_date,
        count(*) as group_messages
    from {{ ref('fct_outreach') }}
    where medium = 'wecom_group' and is_delivered
    group by chat_id, sent_date

),

days as (

    select
        groups.as_of_date,
        groups.account,
        groups.chat_id,
        groups.group_name,
        groups.group_kind,
        groups.kind_reason,
        {{ add_days('groups.first_snapshot_date', 'numbers.number') }} as stat_date
    from groups
    inner join {{ ref('int_calendar__numbers') }} as numbers
        on
            numbers.number
            <= {{ days_between('groups.first_snapshot_date', 'groups.as_of_date') }}

),

filled as (

    select
        days.*,
        coalesce(changes.joined_members, 0) as joined_members,
        coalesce(changes.left_members, 0) as left_members,
        sum(coalesce(changes.members, 0)) over (
            partition by days.chat_id
            order by days.stat_date asc nulls last
            rows between unbounded preceding and current row
        ) as members,
        sum(coalesce(changes.identified_members, 0)) over (
            partition by days.chat_id
            order by days.stat_date asc nulls last
            rows between unbounded preceding and current row
        ) as identified_members,
        sum(coalesce(changes.active_members, 0)) over (
            partition by days.chat_id
            order by days.stat_date asc nulls last
            rows between unbounded preceding and current row
        ) as active_members
    from days
    left join daily_changes as changes
        on days.chat_id = changes.chat_id and days.stat_date = changes.stat_date

),

watched as (

    select
        *,
        lag(members, 30) over (
            partition by chat_id order by stat_date asc nulls last
        ) as members_30_days_before,
        sum(joined_members) over (
            partition by chat_id
            order by stat_date asc nulls last
            rows between 29 preceding and current row
        ) as joined_in_30_days,
        sum(left_members) over (
            partition by chat_id
            order by stat_date asc nulls last
            rows between 29 preceding and current row
        ) as left_in_30_days
    from filled

)

select
    watched.as_of_date,
    watched.account,
    watched.chat_id,
    watched.stat_date,
    watched.group_name,
    watched.group_kind,
    watched.kind_reason,
    cast(watched.members as bigint) as members,
    cast(watched.identified_members as bigint) as identified_members,
    cast(watched.active_members as bigint) as active_members,
    cast(watched.active_members as double) / nullif(watched.identified_members, 0)
        as member_active_rate,
    cast(watched.joined_members as bigint) as joined_members,
    cast(watched.left_members as bigint) as left_members,
    cast(watched.left_in_30_days as double)
    / nullif(watched.members_30_days_before + watched.joined_in_30_days, 0)
        as member_churn_rate,
    cast(coalesce(sends.group_messages, 0) as bigint) as group_messages,
    cast(coalesce(sales.orders, 0) as bigint) as orders,
    cast(coalesce(sales.buyers, 0) as bigint) as group_buyers,
    cast(coalesce(sales.high_ticket_orders, 0) as bigint) as high_ticket_orders,
    cast(sales.high_ticket_orders as double) / nullif(sales.orders, 0) as high_ticket_share,
    cast(coalesce(sales.net_gmv_cny, 0) as decimal(18, 4)) as net_gmv_cny
from watched
left join sales on watched.chat_id = sales.chat_id and watched.stat_date = sales.stat_date
left join sends on watched.chat_id = sends.chat_id and watched.stat_date = sends.stat_date
