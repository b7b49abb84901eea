-- What people whom the files name did between the domains. Deposited: a person's first deposit, out
-- of the domain of the channel that it came through; private there means by the brand's own means
-- (store, code, referral), (none) that the source does not say. Later moves start in the private
-- domain: shared, and returned through a public or a bought channel. Audience packages (人群包) that
-- the brand hands over to ad platforms lead from private to commercial, deposited or not: it is the
-- brand's own list that goes out.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

days as (

    select
        days.customer_id,
        days.activity_date,
        days.behaviour,
        days.first_at,
        days.first_event_id,
        days.events,
        customers.deposit_date,
        behaviours.is_attributable,
        deposits.behaviour is not null as is_deposit,
        coalesce(channels.domain, {{ channel_none() }}) as domain
    from {{ ref('int_customers__days') }} as days
    inner join {{ ref('int_cohort__customers') }} as customers
        on days.customer_id = customers.customer_id and days.activity_date >= customers.deposit_date
    inner join as_of on days.activity_date <= as_of.as_of_date
    inner join {{ ref('aipl_behaviours') }} as behaviours on days.behaviour = behaviours.behaviour
    left join {{ ref('deposit_behaviours') }} as deposits on days.behaviour = deposits.behaviour
    left join {{ ref('channels') }} as channels on days.channel = channels.channel

),

first_deposits as (

    select
        customer_id,
        deposit_date,
        min_by(domain, {{ ordered_pair('first_at', 'first_event_id') }}) as from_domain
    from days
    where is_deposit and activity_date = deposit_date
    group by customer_id, deposit_date

),

-- Whoever deposits does so once: deposits are counted by day, of other moves each period tells
-- apart whose they are.
moves as (

    select
        cast(null as bigint) as customer_id,
        deposit_date as activity_date,
        'deposited' as flow_kind,
        from_domain,
        'private' as to_domain,
        count(*) as customers,
        count(*) as events
    from first_deposits
    group by deposit_date, from_domain
    union all
    select
        customer_id,
        activity_date,
        'shared' as flow_kind,
        'private' as from_domain,
        'public' as to_domain,
        0 as customers,
        events
    from days
    where behaviour = 'shared_or_referred'
    union all
    select
        customer_id,
        activity_date,
        'returned' as flow_kind,
        'private' as from_domain,
        domain as to_domain,
        0 as customers,
        events
    from days
    where is_attributable and activity_date > deposit_date and domain in ('public', 'commercial')
    union all
    select
        handed_over.customer_id,
        handed_over.handed_over_date as activity_date,
        'audience_uploaded' as flow_kind,
        'private' as from_domain,
        'commercial' as to_domain,
        0 as customers,
        handed_over.packages as events
    from {{ ref('int_ledger__handed_over') }} as handed_over
    inner join as_of on handed_over.handed_over_date <= as_of.as_of_date

),

dated as (

    {% for period in report_periods() -%}
        select
            '{{ period }}' as calendar_period,
            {{ report_period_start(period, 'activity_date') }} as period_start,
            flow_kind,
            from_domain,
            to_domain,
            customer_id,
            customers,
            events
        from moves
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (

    select
        calendar_period,
        period_start,
        flow_kind,
        from_domain,
        to_domain,
        count(distinct customer_id) + sum(customers) as customers,
        sum(events) as events
    from dated
    group by calendar_period, period_start, flow_kind, from_domain, to_domain

)

select
    as_of.as_of_date,
    counted.calendar_period,
    counted.period_start,
    {{ report_period_end() }} as period_end,
    counted.flow_kind,
    counted.from_domain,
    counted.to_domain,
    cast(counted.customers as bigint) as customers,
    cast(counted.events as bigint) as events,
    {{ report_period_end() }} <= as_of.as_of_date as is_period_over
from counted
cross join as_of
