-- What each code brought. Rates are of people who could be watched to the end of their window;
-- every variant of a source is compared with the source's control.
with known_orders as (

    select min(sale_date) as first_sale_date from {{ ref('fct_orders') }}

),

-- Whoever was added before the first order that any export tells may have bought unseen.
people as (

    select
        people.*,
        as_of.as_of_date,
        {{ add_days('people.scanned_date', var('acquisition_opt_in_days', 3)) }}
        < as_of.as_of_date as is_opt_in_over,
        coalesce(people.added_date >= known_orders.first_sale_date, false) as is_watched,
        {{ add_days('people.added_date', var('acquisition_gmv_days', 30)) }}
        < as_of.as_of_date as is_gmv_over
    from {{ ref('int_acquisition__people') }} as people
    cross join {{ ref('int_calendar__as_of') }} as as_of
    cross join known_orders

),

first_orders as (

    select
        customer_id,
        occasion_at as first_order_at,
        occasion_date as first_order_date
    from {{ ref('int_orders__occasions') }}
    where occasion_number = 1

),

bought as (

    select
        people.acquisition_source,
        people.variant,
        count(distinct people.person_id) as buyers_30d,
        count(*) as orders_30d,
        sum(orders.net_gmv_cny) as net_gmv_30d_cny
    from people
    inner join {{ ref('fct_orders') }} as orders on people.customer_id = orders.customer_id
    where
        orders.is_valid
        and people.is_watched
        and people.is_gmv_over
        and orders.sale_at >= people.added_at
        and {{ seconds_between('people.added_at', 'orders.sale_at') }}
        <= {{ var('acquisition_gmv_days', 30) }} * 86400
    group by people.acquisition_source, people.variant

),

counted as (

    select
        people.acquisition_source,
        people.variant,
        max(people.as_of_date) as as_of_date,
        sum(people.scans) as scans,
        sum(people.adds) as adds,
        count(people.scanned_at) as scanners,
        sum(case when people.is_known_before then 1 else 0 end) as known_scanners,
        sum(case when people.is_opt_in_observed then 1 else 0 end) as eligible_scanners,
        sum(case when people.is_opt_in_observed and people.has_opted_in then 1 else 0 end)
            as opted_in,
        count(people.added_at) as added_people,
        sum(case when people.is_watched and people.is_gmv_over then 1 else 0 end)
            as mature_people,
        sum(case when not people.is_opt_in_over or not people.is_gmv_over then 1 else 0 end)
            as running_people,
        sum(
            case
                when
                    first_orders.first_order_at >= people.added_at
                    and first_orders.first_order_date <= people.as_of_date
                    then 1
                else 0
            end
        ) as first_time_buyers,
        min(people.added_date) as first_added_date
    from people
    left join first_orders on people.customer_id = first_orders.customer_id
    group by people.acquisition_source, people.variant

),

costs as (

    select
        acquisition_source,
        variant,
        sum(pieces_shown) as pieces_shown,
        sum(coalesce(reward_cny, stated_cny)) as cost_cny,
        count(stated_cny) > 0 as is_cost_stated,
        min(from_date) as from_date
    from (
        select
            acquisition_source,
            variant,
            cast(null as bigint) as pieces_shown,
            reward_cny,
            cast(null as decimal(18, 4)) as stated_cny,
            first_reward_date as from_date
        from {{ ref('int_acquisition__codes') }}
        where reward_cny is not null
        union all
        select
            stated.acquisition_source,
            stated.variant,
            stated.pieces_shown,
            cast(null as decimal(18, 4)) as reward_cny,
            stated.cost_cny as stated_cny,
            stated.from_date
        from {{ ref('acquisition_costs') }} as stated
        inner join {{ ref('int_calendar__as_of') }} as as_of on stated.from_date <= as_of.as_of_date
    ) as parts
    group by acquisition_source, variant

),

added_since as (

    select
        people.acquisition_source,
        people.variant,
        count(*) as added_people
    from people
    inner join costs
        on
            people.acquisition_source = costs.acquisition_source
            and people.variant = costs.variant
            and people.added_date >= costs.from_date
    group by people.acquisition_source, people.variant

),

rules as (

    select
        acquisition_source,
        max(source_kind) as source_kind,
        max(control_variant) as control_variant,
        bool_or(are_scans_told) as are_scans_told,
        max(cost_reason) as cost_reason
    from {{ ref('acquisition_sources') }}
    group by acquisition_source

),

-- Where the seed names no control, it is the variant that most could be watched of.
numbered as (

    select
        counted.*,
        coalesce(rules.source_kind, '(other)') as source_kind,
        coalesce(rules.are_scans_told, false) as are_scans_told,
        rules.cost_reason,
        row_number() over (
            partition by counted.acquisition_source
            order by
                coalesce(counted.variant = rules.control_variant, false) desc nulls last,
                counted.eligible_scanners desc nulls last,
                counted.variant asc nulls last
        ) as variant_number
    from counted
    left join rules on counted.acquisition_source = rules.acquisition_source

),

compared as (

    select
        numbered.*,
        control.variant as control_variant,
        control.eligible_scanners as control_scanners,
        control.opted_in as control_opted_in,
        cast(numbered.opted_in as double) / nullif(numbered.eligible_scanners, 0) as opt_in_rate,
        cast(control.opted_in as double) / nullif(control.eligible_scanners, 0)
            as control_opt_in_rate
    from numbered
    inner join numbered as control
        on
            numbered.acquisition_source = control.acquisition_source
            and control.variant_number = 1

),

tested as (

    select
        *,
        case
            when variant_number > 1
                then {{ two_proportion_z(
                    'opted_in', 'eligible_scanners', 'control_opted_in', 'control_scanners'
                ) }}
        end as z,
        case
            when variant_number > 1 and eligible_scanners > 0 and control_scanners > 0
                then
                    -- the smallest of the four expected counts
                    least(
                        opted_in + control_opted_in,
                        eligible_scanners - opted_in + control_scanners - control_opted_in
                    ) * least(eligible_scanners, control_scanners)
                    >= 5 * (eligible_scanners + control_scanners)
        end as is_test_reliable
    from compared

)

select
    tested.as_of_date,
    tested.acquisition_source,
    tested.variant,
    tested.source_kind,
    tested.control_variant,
    cast(costs.pieces_shown as bigint) as pieces_shown,
    case when tested.are_scans_told then cast(tested.scans as bigint) end as scans,
    case when tested.are_scans_told then cast(tested.scanners as bigint) end as scanners,
    case when tested.are_scans_told then cast(tested.known_scanners as bigint) end
        as known_scanners,
    case when tested.are_scans_told then cast(tested.eligible_scanners as bigint) end
        as eligible_scanners,
    case when tested.are_scans_told then cast(tested.opted_in as bigint) end as opted_in,
    case when tested.are_scans_told then cast(tested.scanners as double) end
    / nullif(costs.pieces_shown, 0) as scan_rate,
    case when tested.are_scans_told then tested.opt_in_rate end as opt_in_rate,
    case
        when tested.are_scans_told
            then {{ wilson_bound('tested.opted_in', 'tested.eligible_scanners', -1) }}
    end as opt_in_rate_low,
    case
        when tested.are_scans_told
            then {{ wilson_bound('tested.opted_in', 'tested.eligible_scanners', 1) }}
    end as opt_in_rate_high,
    case
        when tested.variant_number > 1
            then tested.opt_in_rate / nullif(tested.control_opt_in_rate, 0) - 1
    end as lift_rate,
    case when tested.z is not null then {{ two_sided_p_value('tested.z') }} end as p_value,
    tested.is_test_reliable,
    cast(
        {{ trials_needed('tested.opt_in_rate', 'tested.control_opt_in_rate') }} as bigint
    ) as needed_scanners,
    cast(tested.adds as bigint) as adds,
    cast(tested.added_people as bigint) as added_people,
    cast(costs.cost_cny as decimal(18, 4)) as source_cost_cny,
    cast(costs.cost_cny / nullif(added_since.added_people, 0) as decimal(18, 4))
        as cost_per_add_cny,
    case when not coalesce(costs.is_cost_stated, false) then tested.cost_reason end as cost_reason,
    cast(tested.first_time_buyers as bigint) as first_time_buyers,
    cast(tested.mature_people as bigint) as mature_people,
    cast(coalesce(bought.buyers_30d, 0) as bigint) as buyers_30d,
    cast(coalesce(bought.orders_30d, 0) as bigint) as orders_30d,
    cast(coalesce(bought.net_gmv_30d_cny, 0) as decimal(18, 4)) as net_gmv_30d_cny,
    cast(coalesce(bought.net_gmv_30d_cny, 0) / nullif(tested.mature_people, 0) as decimal(18, 4))
        as net_gmv_30d_per_person_cny,
    tested.running_people = 0 as is_mature,
    tested.first_added_date,
    costs.from_date as cost_from_date
from tested
left join costs
    on tested.acquisition_source = costs.acquisition_source and tested.variant = costs.variant
left join added_since
    on
        tested.acquisition_source = added_since.acquisition_source
        and tested.variant = added_since.variant
left join bought
    on tested.acquisition_source = bought.acquisition_source and tested.variant = bought.variant
