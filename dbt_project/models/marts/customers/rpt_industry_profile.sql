-- Where the brand stands by its own orders, beside where its setting says that it stands. Guests
-- count as orders but not as buyers.
with as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

orders as (

    select
        orders.*,
        as_of.as_of_date,
        platforms.is_online,
        {{ days_between('orders.sale_date', 'as_of.as_of_date') }} < 365 as is_last_year
    from {{ ref('fct_orders') }} as orders
    cross join as_of
    left join {{ ref('order_platforms') }} as platforms on orders.platform = platforms.platform
    where orders.is_valid and orders.sale_date <= as_of.as_of_date

),

buyers as (

    select
        customer_id,
        count(*) as orders
    from orders
    where is_last_year and is_identified
    group by customer_id

),

by_buyer as (

    select
        count(*) as buyers,
        percentile_cont(0.5) within group (order by orders asc nulls last) as orders_per_buyer
    from buyers

),

by_order as (

    select
        count(*) filter (where is_last_year) as orders,
        count(*) filter (where is_last_year and is_online) as online_orders,
        min(sale_date) as first_sale_date
    from orders

),

bounds as (

    select
        max(at_least) filter (where measure = 'orders_per_buyer') as high_orders_per_buyer,
        max(at_least) filter (where measure = 'online_share') as high_online_share,
        max(at_least) filter (where measure = 'observed_days') as enough_days
    from {{ ref('industry_profile_measures') }}

),

measured as (

    select
        as_of.as_of_date,
        as_of.industry_profile,
        by_order.orders,
        by_buyer.buyers,
        by_buyer.orders_per_buyer,
        cast(by_order.online_orders as double) / nullif(by_order.orders, 0) as online_share,
        {{ days_between('by_order.first_sale_date', 'as_of.as_of_date') }} + 1 as observed_days,
        bounds.enough_days,
        case
            when by_buyer.orders_per_buyer >= bounds.high_orders_per_buyer then 'high'
            else 'low'
        end as measured_frequency,
        case
            when by_order.online_orders >= bounds.high_online_share * by_order.orders then 'high'
            else 'low'
        end as measured_online_degree
    from as_of
    cross join by_order
    cross join by_buyer
    cross join bounds
    where by_order.orders > 0 and by_buyer.buyers > 0

),

compared as (

    select
        measured.*,
        measured.observed_days >= measured.enough_days as is_mature,
        chosen.frequency,
        chosen.online_degree,
        fitting.industry_profile as measured_profile
    from measured
    left join {{ ref('industry_profiles') }} as chosen
        on measured.industry_profile = chosen.industry_profile
    left join {{ ref('industry_profiles') }} as fitting
        on
            measured.measured_frequency = fitting.frequency
            and measured.measured_online_degree = fitting.online_degree

)

select
    as_of_date,
    industry_profile,
    measured_profile,
    frequency,
    measured_frequency,
    online_degree,
    measured_online_degree,
    case
        when not is_mature
            then
                'Not a year of orders yet: '
                || cast(observed_days as string)
                || ' days. No verdict.'
        when industry_profile = measured_profile
            then 'The orders of the last year fit the industry profile that is set.'
        else
            'The orders of the last year look like industry profile '
            || cast(measured_profile as string) || ', and ' || cast(industry_profile as string)
            || ' is set in brand.yml: every window follows the setting.'
    end as verdict,
    cast(orders as bigint) as orders,
    cast(buyers as bigint) as buyers,
    cast(orders_per_buyer as double) as orders_per_buyer,
    online_share,
    cast(observed_days as bigint) as observed_days,
    is_mature and industry_profile <> measured_profile as contradicts_setting,
    is_mature
from compared
