with as_of as (

    select
        as_of_date,
        {{ add_months('as_of_date', -1) }} as compared_date
    from {{ ref('int_calendar__as_of') }}

),

members as (

    select
        segments.segment_key,
        segments.customer_id,
        bool_or(segments.scored_date = as_of.as_of_date) as is_member,
        bool_or(segments.scored_date = as_of.compared_date) as was_member
    from {{ ref('int_customers__segments') }} as segments
    cross join as_of
    group by segments.segment_key, segments.customer_id

),

totals as (

    select totals.*
    from {{ ref('int_customers__scored_totals') }} as totals
    inner join as_of on totals.scored_date = as_of.as_of_date

),

buyers as (

    select
        count(*) filter (where purchase_days > 0) as customers,
        sum(net_gmv_cny) as net_gmv_cny
    from totals

),

measured as (

    select
        members.segment_key,
        count(*) filter (where members.is_member) as customers,
        count(*) filter (where members.was_member) as customers_before,
        count(*) filter (where members.is_member and not members.was_member) as joined_customers,
        count(*) filter (where members.was_member and not members.is_member) as gone_customers,
        sum(totals.orders) filter (where members.is_member) as orders,
        sum(totals.gmv_cny) filter (where members.is_member) as gmv_cny,
        sum(totals.net_gmv_cny) filter (where members.is_member) as net_gmv_cny
    from members
    left join totals on members.customer_id = totals.customer_id
    group by members.segment_key

),

bounds as (

    select
        segment_key,
        measure,
        ' >= ' as comparison,
        at_least as bound
    from {{ ref('segment_rules') }}
    union all
    select
        segment_key,
        measure,
        ' < ' as comparison,
        below as bound
    from {{ ref('segment_rules') }}
    union all
    select
        flag as segment_key,
        measure,
        ' >= ' as comparison,
        at_least as bound
    from {{ ref('customer_flag_rules') }}
    union all
    select
        flag as segment_key,
        measure,
        ' <= ' as comparison,
        at_most as bound
    from {{ ref('customer_flag_rules') }}

),

written as (

    select
        segment_key,
        measure || comparison || {{ written_number('bound') }} as rule
    from bounds
    where bound is not null

),

rules as (

    select
        segment_key,
        {{ sorted_values('rule', 'true') }} as segment_rule
    from written
    group by segment_key

)

select
    as_of.as_of_date,
    segments.segment_key,
    segments.segment_family,
    cast(segments.segment_position as integer) as segment_position,
    segments.description as segment_description,
    rules.segment_rule,
    cast(coalesce(measured.customers, 0) as bigint) as customers,
    cast(coalesce(measured.customers, 0) as double) / nullif(buyers.customers, 0) as buyer_share,
    cast(coalesce(measured.orders, 0) as bigint) as orders,
    cast(coalesce(measured.gmv_cny, 0) as decimal(18, 4)) as gmv_cny,
    cast(coalesce(measured.net_gmv_cny, 0) as decimal(18, 4)) as net_gmv_cny,
    cast(coalesce(measured.net_gmv_cny, 0) as double)
    / nullif(cast(buyers.net_gmv_cny as double), 0) as net_gmv_share,
    cast(
        cast(measured.net_gmv_cny as double) / nullif(measured.orders, 0) as decimal(18, 4)
    ) as order_value_cny,
    as_of.compared_date,
    cast(coalesce(measured.customers_before, 0) as bigint) as customers_before,
    cast(coalesce(measured.joined_customers, 0) as bigint) as joined_customers,
    cast(coalesce(measured.gone_customers, 0) as bigint) as gone_customers
from {{ ref('segments') }} as segments
cross join as_of
cross join buyers
left join rules on segments.segment_key = rules.segment_key
left join measured on segments.segment_key = measured.segment_key
where buyers.customers > 0
