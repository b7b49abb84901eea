-- Does a single guide earn money? Orders belong to one seller at most, so their money adds up. What
-- a guide writes down of a visit is no order and never added to them. A month that began before the
-- first order in the files, or still runs, costs its days; who has left costs an unknown part of
-- the month of the last thing seen of him.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

starts as (

    select min(sale_date) as first_sale_date from {{ ref('fct_orders') }}

),

months as (

    select
        cast(date_trunc('month', dates.calendar_date) as date) as period_start,
        min(dates.calendar_date) as first_date,
        max(dates.calendar_date) as last_date
    from {{ ref('dim_dates') }} as dates
    inner join as_of on dates.calendar_date <= as_of.as_of_date
    inner join starts on dates.calendar_date >= starts.first_sale_date
    group by cast(date_trunc('month', dates.calendar_date) as date)

),

contacts as (

    select
        months.period_start,
        contacts.seller_kind,
        contacts.seller_id,
        count(*) filter (
            where contacts.is_acquisition and contacts.added_date >= months.first_date
        ) as contacts_added,
        count(*) filter (
            where contacts.missed_date >= months.first_date
            and contacts.missed_date <= months.last_date
        ) as contacts_gone,
        count(*) filter (
            where coalesce(contacts.missed_date > months.last_date, true)
        ) as contacts_held
    from months
    inner join {{ ref('int_guides__contacts') }} as contacts
        on months.last_date >= contacts.added_date
    group by months.period_start, contacts.seller_kind, contacts.seller_id

),

visits as (

    select
        cast(date_trunc('month', touches.touched_date) as date) as period_start,
        'guide' as seller_kind,
        sellers.seller_id,
        count(*) as visits,
        count(distinct touches.customer_id) as served_customers,
        count(*) filter (where stores.has_bought) as visits_with_purchase,
        sum(case when stores.has_bought then stores.amount_cny else 0 end) as visit_amount_cny,
        max(touches.touched_date) as last_visit_date
    from {{ ref('int_touchpoints__stores') }} as stores
    inner join {{ ref('int_touchpoints') }} as touches on stores.touch_id = touches.touch_id
    inner join {{ ref('int_guides__sellers') }} as sellers
        on
            stores.guide_name = sellers.seller_name
            and stores.store_name = sellers.store_name
            and sellers.is_first_of_name
    inner join as_of on touches.touched_date <= as_of.as_of_date
    group by cast(date_trunc('month', touches.touched_date) as date), sellers.seller_id

),

orders as (

    select
        cast(date_trunc('month', orders.sale_date) as date) as period_start,
        orders.seller_kind,
        orders.seller_id,
        count(*) as orders,
        count(distinct orders.customer_id) as buyers,
        sum(orders.net_gmv_cny) as net_gmv_cny,
        case
            when count(*) = count(costs.cost_cny)
                then sum(orders.net_gmv_cny) - sum(costs.cost_cny)
        end as margin_cny
    from {{ ref('int_guides__orders') }} as orders
    inner join as_of on orders.sale_date <= as_of.as_of_date
    left join {{ ref('int_cohort__order_costs') }} as costs on orders.order_key = costs.order_key
    group by
        cast(date_trunc('month', orders.sale_date) as date), orders.seller_kind, orders.seller_id

),

last_seen as (

    select
        seller_kind,
        seller_id,
        max(seen_date) as last_seen_date
    from (
        select
            seller_kind,
            seller_id,
            added_date as seen_date
        from {{ ref('int_guides__contacts') }}
        where is_acquisition
        union all
        select
            seller_kind,
            seller_id,
            last_visit_date as seen_date
        from visits
    ) as seen
    group by seller_kind, seller_id

),

cells as (

    select
        sellers.*,
        months.period_start,
        months.last_date,
        last_day(months.period_start) as period_end,
        last_seen.last_seen_date,
        coalesce(contacts.contacts_added, 0) as contacts_added,
        coalesce(contacts.contacts_gone, 0) as contacts_gone,
        coalesce(contacts.contacts_held, 0) as contacts_held,
        coalesce(visits.visits, 0) as visits,
        coalesce(visits.served_customers, 0) as served_customers,
        coalesce(visits.visits_with_purchase, 0) as visits_with_purchase,
        coalesce(visits.visit_amount_cny, 0) as visit_amount_cny,
        coalesce(orders.orders, 0) as orders,
        coalesce(orders.buyers, 0) as buyers,
        coalesce(orders.net_gmv_cny, 0) as net_gmv_cny,
        case when orders.orders > 0 then orders.margin_cny else 0 end as margin_cny,
        -- days of the month that are observed and in which the guide was employed
        greatest(
            {{ days_between(
                'greatest(months.first_date, coalesce(sellers.hired_date, months.first_date))',
                'months.last_date'
            ) }} + 1,
            0
        ) as employed_days
    from {{ ref('int_guides__sellers') }} as sellers
    cross join months
    left join contacts
        on
            sellers.seller_kind = contacts.seller_kind
            and sellers.seller_id = contacts.seller_id
            and months.period_start = contacts.period_start
    left join visits
        on
            sellers.seller_kind = visits.seller_kind
            and sellers.seller_id = visits.seller_id
            and months.period_start = visits.period_start
    left join orders
        on
            sellers.seller_kind = orders.seller_kind
            and sellers.seller_id = orders.seller_id
            and months.period_start = orders.period_start
    left join last_seen
        on
            sellers.seller_kind = last_seen.seller_kind
            and sellers.seller_id = last_seen.seller_id

),

reasoned as (

    select
        *,
        case
            when monthly_cost_cny is null then 'no cost is known (seed guide_costs)'
            when commission_rate is null then 'no commission is known (seed guide_costs)'
            when not is_employed and coalesce(period_end >= last_seen_date, true)
                then 'has left, the day is not known'
        end as no_cost_reason
    from cells
    where
        visits > 0
        or orders > 0
        or contacts_added > 0
        or contacts_held > 0
        or (seller_kind = 'guide' and is_employed and employed_days > 0)

),

costed as (

    select
        *,
        case
            when no_cost_reason is null
                then
                    monthly_cost_cny * employed_days
                    / ({{ days_between('period_start', 'period_end') }} + 1)
                    + commission_rate * net_gmv_cny
        end as guide_cost_cny
    from reasoned

)

select
    as_of.as_of_date,
    costed.period_start,
    costed.period_end,
    costed.seller_kind,
    costed.seller_id,
    costed.seller_name,
    costed.store_name,
    cast(costed.contacts_added as bigint) as contacts_added,
    cast(costed.contacts_gone as bigint) as contacts_gone,
    cast(costed.contacts_held as bigint) as contacts_held,
    cast(costed.visits as bigint) as visits,
    cast(costed.served_customers as bigint) as served_customers,
    cast(costed.visits_with_purchase as bigint) as visits_with_purchase,
    cast(costed.visit_amount_cny as decimal(18, 4)) as visit_amount_cny,
    cast(costed.orders as bigint) as orders,
    cast(costed.buyers as bigint) as buyers,
    cast(costed.net_gmv_cny as decimal(18, 4)) as net_gmv_cny,
    cast(costed.margin_cny as decimal(18, 4)) as margin_cny,
    cast(costed.guide_cost_cny as decimal(18, 4)) as guide_cost_cny,
    cast(costed.margin_cny - costed.guide_cost_cny as decimal(18, 4)) as profit_cny,
    cast(costed.net_gmv_cny as double) / nullif(cast(costed.guide_cost_cny as double), 0)
        as net_gmv_per_cost_ratio,
    cast(costed.guide_cost_cny as double)
    / case when costed.net_gmv_cny > 0 then cast(costed.net_gmv_cny as double) end
        as break_even_margin_rate,
    coalesce(
        costed.no_cost_reason,
        case
            when costed.margin_cny is null then 'the cost of goods is unknown (seed product_costs)'
        end
    ) as no_profit_reason,
    case
        when costed.margin_cny is not null then costed.margin_cny > costed.guide_cost_cny
        -- whatever the goods cost
        when costed.guide_cost_cny >= costed.net_gmv_cny then false
    end as earns_money,
    costed.period_end <= as_of.as_of_date as is_period_over
from costed
cross join as_of
