-- Orders through groups and through none are all the sales of a day, and those through groups are
-- what the groups report. On the as-of day a group has the members whose stay has not ended.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_community_health'}}}) }}
with by_kind as (

    select
        sale_date as figure_date,
        sum(orders) as orders,
        sum(case when group_kind <> {{ channel_none() }} then orders else 0 end) as group_orders
    from {{ ref('rpt_community_sales') }}
    group by sale_date

),

sold as (

    select
        sales_date as figure_date,
        sum(valid_orders) as orders
    from {{ ref('rpt_sales_daily') }}
    group by sales_date

),

groups as (

    select
        stat_date as figure_date,
        sum(orders) as orders
    from {{ ref('rpt_community_health') }}
    group by stat_date

),

members as (

    select
        health.stat_date as figure_date,
        sum(health.members) as members
    from {{ ref('rpt_community_health') }} as health
    where health.stat_date = health.as_of_date
    group by health.stat_date

),

stays as (

    select
        as_of.as_of_date as figure_date,
        count(*) as members
    from {{ ref('fct_group_memberships') }} as memberships
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on
            memberships.joined_date <= as_of.as_of_date
            and coalesce(memberships.left_date > as_of.as_of_date, true)
    where memberships.is_customer
    group by as_of.as_of_date

),

compared as (

    select
        'all sales' as figure,
        coalesce(by_kind.figure_date, sold.figure_date) as figure_date,
        by_kind.orders as found,
        sold.orders as expected
    from by_kind
    full outer join sold on by_kind.figure_date = sold.figure_date
    union all
    select
        'sales of groups' as figure,
        coalesce(by_kind.figure_date, groups.figure_date) as figure_date,
        by_kind.group_orders as found,
        groups.orders as expected
    from by_kind
    full outer join groups on by_kind.figure_date = groups.figure_date
    union all
    select
        'members' as figure,
        coalesce(members.figure_date, stays.figure_date) as figure_date,
        members.members as found,
        stays.members as expected
    from members
    full outer join stays on members.figure_date = stays.figure_date

)

select * from compared
where coalesce(found, 0) <> coalesce(expected, 0)
