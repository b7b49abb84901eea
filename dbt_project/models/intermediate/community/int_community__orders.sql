-- Orders through a group: the customer joined it, or a message to it reached the customer, at most
-- community_order_days before. No export tells who talked in a group. Of several groups the one
-- with the latest such activity has the order, so that groups add up. A group has days, and so
-- orders, from its first member list on.
with activities as (

    select
        pool as chat_id,
        customer_id,
        began_at as activity_at
    from {{ ref('int_campaigns__relations') }}
    where relation_kind = 'wecom_group' and customer_id is not null
    union all
    select
        pool as chat_id,
        customer_id,
        reached_at as activity_at
    from {{ ref('int_campaigns__recipients') }}
    where medium = 'wecom_group'

),

-- One day from two tables: two ranges of days would let the engine pair every order with every
-- group that has days by then, before it looks at customers.
activities_of_groups as (

    select
        activities.chat_id,
        activities.customer_id,
        activities.activity_at,
        greatest({{ local_date('activities.activity_at') }}, groups.first_snapshot_date)
            as first_order_date
    from activities
    inner join {{ ref('int_community__groups') }} as groups on activities.chat_id = groups.chat_id

),

ranked as (

    select
        orders.order_key,
        orders.customer_id,
        activities.chat_id,
        activities.activity_at,
        row_number() over (
            partition by orders.order_key
            order by activities.activity_at desc nulls last, activities.chat_id asc nulls last
        ) as activity_number
    from {{ ref('fct_orders') }} as orders
    cross join {{ ref('int_calendar__as_of') }} as as_of
    inner join activities_of_groups as activities
        on
            orders.customer_id = activities.customer_id
            and orders.sale_at >= activities.activity_at
            and orders.sale_at
            <= activities.activity_at + interval {{ var('community_order_days', 3) }} day
            and orders.sale_date >= activities.first_order_date
    where orders.is_valid and orders.sale_date <= as_of.as_of_date

)

select
    order_key,
    customer_id,
    chat_id,
    activity_at
from ranked
where activity_number = 1
