-- Invitations count whoever the files name; people, K of generations and sales count whom identity
-- knows, once. Orders count from the day of the invitation on, for referral_window_days.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

invitations as (

    select
        referrals.*,
        coalesce(referrals.campaign, {{ channel_none() }}) as shown_campaign
    from {{ ref('fct_referrals') }} as referrals
    inner join as_of on referrals.invited_date <= as_of.as_of_date
    where not referrals.is_self_referral

),

counted as (

    select
        account,
        shown_campaign as campaign,
        min(invited_date) as first_invited_date,
        max(invited_date) as last_invited_date,
        count(*) as invitations,
        count(distinct coalesce(inviter_identifier_id, -inviter_customer_id)) as inviters,
        count(*) filter (where is_accepted) as accepted_invitations
    from invitations
    group by account, shown_campaign

),

orders as (

    select
        trees.customer_id,
        min(occasions.occasion_date) as first_date,
        sum(occasions.revenue_net_cny) as net_gmv_cny
    from {{ ref('int_referrals__trees') }} as trees
    inner join {{ ref('int_orders__occasions') }} as occasions
        on
            trees.customer_id = occasions.customer_id
            and trees.invited_date <= occasions.occasion_date
            and occasions.occasion_date
            < {{ add_days('trees.invited_date', var('referral_window_days', 30)) }}
    inner join as_of on occasions.occasion_date <= as_of.as_of_date
    group by trees.customer_id

),

people as (

    select
        trees.account,
        coalesce(trees.campaign, {{ channel_none() }}) as campaign,
        count(*) as brought_customers,
        count(*) filter (where trees.children > 0) as inviting_customers,
        sum(trees.children) as children,
        max(trees.generation) as deepest_generation,
        percentile_cont(0.5) within group (
            order by
                {{ days_between('trees.invited_date', 'trees.first_child_date') }} asc nulls last
        ) as median_cycle_days,
        count(orders.customer_id) as referred_buyers,
        sum(orders.net_gmv_cny) as referred_net_gmv_cny,
        percentile_cont(0.5) within group (
            order by {{ days_between('trees.invited_date', 'orders.first_date') }} asc nulls last
        ) as median_days_to_order
    from {{ ref('int_referrals__trees') }} as trees
    inner join as_of on trees.invited_date <= as_of.as_of_date
    left join orders on trees.customer_id = orders.customer_id
    group by trees.account, coalesce(trees.campaign, {{ channel_none() }})

)

select
    as_of.as_of_date,
    counted.account,
    counted.campaign,
    counted.first_invited_date,
    counted.last_invited_date,
    cast(counted.inviters as bigint) as inviters,
    cast(counted.invitations as bigint) as invitations,
    cast(counted.accepted_invitations as bigint) as accepted_invitations,
    cast(counted.accepted_invitations as double) / counted.invitations as acceptance_rate,
    {{ wilson_bound('counted.accepted_invitations', 'counted.invitations', -1) }} as wilson_low,
    {{ wilson_bound('counted.accepted_invitations', 'counted.invitations', 1) }} as wilson_high,
    cast(counted.invitations as double) / nullif(counted.inviters, 0) as invitations_per_inviter,
    cast(counted.accepted_invitations as double) / nullif(counted.inviters, 0) as k_factor,
    cast(coalesce(people.brought_customers, 0) as bigint) as brought_customers,
    cast(coalesce(people.inviting_customers, 0) as bigint) as inviting_customers,
    cast(people.children as double) / nullif(people.brought_customers, 0) as generation_ratio,
    cast(people.deepest_generation as integer) as deepest_generation,
    cast(people.median_cycle_days as double) as median_cycle_days,
    cast(coalesce(people.referred_buyers, 0) as bigint) as referred_buyers,
    cast(coalesce(people.referred_net_gmv_cny, 0) as decimal(18, 4)) as referred_net_gmv_cny,
    cast(people.median_days_to_order as double) as median_days_to_order,
    {{ add_days('counted.last_invited_date', var('referral_window_days', 30)) }}
    <= {{ add_days('as_of.as_of_date', 1) }} as is_mature
from counted
cross join as_of
left join people
    on counted.account = people.account and counted.campaign = people.campaign
