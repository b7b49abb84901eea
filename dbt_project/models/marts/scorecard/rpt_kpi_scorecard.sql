-- Every KPI as a numerator and a denominator by day: periods add both up, so that a week's rate is
-- no mean of rates. Stocks are those of the last day. People are counted once a period. Aggregates
-- of platforms and figures of persons are KPIs of their own and never meet in one.
with as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

sales as (

    select
        sales_date as kpi_date,
        sum(net_gmv_cny) as net_gmv,
        sum(gmv_cny) as gmv,
        sum(refund_cny) as refunds,
        sum(valid_orders) as orders,
        sum(first_orders) as first_orders,
        coalesce(sum(valid_orders) filter (where is_identified), 0) as identified_orders,
        coalesce(sum(net_gmv_cny) filter (where domain = 'private'), 0) as private_net_gmv,
        coalesce(
            sum(net_gmv_cny) filter (where domain in ('private', 'public', 'commercial')), 0
        ) as placed_net_gmv
    from {{ ref('rpt_sales_daily') }}
    group by sales_date

),

spend as (

    select
        report_date as kpi_date,
        sum(spend_cny) as spend
    from {{ ref('fct_ad_spend') }}
    group by report_date

),

paid_channels as (

    select distinct channel
    from {{ ref('fct_ad_spend') }}
    where spend_cny > 0

),

earned as (

    select
        credit.credit_date as kpi_date,
        sum(credit.revenue_net_cny) as revenue
    from {{ ref('rpt_attribution_channel') }} as credit
    inner join paid_channels on credit.channel = paid_channels.channel
    where
        credit.basis = 'conversion_date'
        and credit.conversion_type = 'all_orders'
        and credit.is_default_lookback
        and credit.model = 'last_non_direct'
    group by credit.credit_date

),

tiers as (

    select
        tier_date as kpi_date,
        coalesce(sum(customers) filter (where tier in ('P', 'L')), 0) as buyers,
        sum(customers) filter (where tier in ('I', 'P', 'L')) as interested
    from {{ ref('rpt_aipl_tiers') }}
    where tier_view = 'lifetime' and segment_type = 'all'
    group by tier_date

),

-- sources whose scans an export tells
told_sources as (

    select distinct acquisition_source
    from {{ ref('acquisition_sources') }}
    where are_scans_told

),

daily as (

    {% for kpi, numerator, denominator in [
        ('net_gmv', 'net_gmv', 'null'),
        ('orders', 'orders', 'null'),
        ('order_value', 'net_gmv', 'orders'),
        ('new_customers', 'first_orders', 'null'),
        ('repeat_order_share', 'identified_orders - first_orders', 'identified_orders'),
        ('refund_rate', 'refunds', 'gmv'),
        ('private_gmv_share', 'private_net_gmv', 'placed_net_gmv'),
    ] -%}
        select
            '{{ kpi }}' as kpi,
            kpi_date,
            cast({{ numerator }} as double) as numerator,
            cast({{ denominator }} as double) as denominator
        from sales
        union all
    {% endfor -%}
    select
        'window_repurchase_rate' as kpi,
        cohort_period as kpi_date,
        cast(repurchased as double) as numerator,
        cast(eligible as double) as denominator
    from {{ ref('rpt_repurchase_window') }}
    where cohort <> 'all' and segment_type = 'all' and from_n = 1 and is_profile_window
    union all
    select
        'ad_spend' as kpi,
        kpi_date,
        cast(spend as double) as numerator,
        cast(null as double) as denominator
    from spend
    union all
    select
        'roas' as kpi,
        spend.kpi_date,
        cast(coalesce(earned.revenue, 0) as double) as numerator,
        cast(spend.spend as double) as denominator
    from spend
    left join earned on spend.kpi_date = earned.kpi_date
    union all
    select
        'cac' as kpi,
        spend.kpi_date,
        cast(spend.spend as double) as numerator,
        cast(coalesce(sales.first_orders, 0) as double) as denominator
    from spend
    left join sales on spend.kpi_date = sales.kpi_date
    union all
    select
        'deposits' as kpi,
        period_start as kpi_date,
        cast(new_deposits as double) as numerator,
        cast(null as double) as denominator
    from {{ ref('rpt_private_domain') }}
    where calendar_period = 'day'
    union all
    select
        'purchase_share' as kpi,
        kpi_date,
        cast(buyers as double) as numerator,
        cast(interested as double) as denominator
    from tiers
    union all
    select
        'group_gmv_share' as kpi,
        sale_date as kpi_date,
        cast(
            coalesce(sum(net_gmv_cny) filter (where group_kind <> {{ channel_none() }}), 0)
            as double
        ) as numerator,
        cast(sum(net_gmv_cny) as double) as denominator
    from {{ ref('rpt_community_sales') }}
    group by sale_date
    union all
    select
        'group_high_ticket_share' as kpi,
        sale_date as kpi_date,
        cast(
            coalesce(sum(high_ticket_orders) filter (where group_kind <> {{ channel_none() }}), 0)
            as double
        ) as numerator,
        cast(sum(high_ticket_orders) as double) as denominator
    from {{ ref('rpt_community_sales') }}
    group by sale_date
    union all
    select
        'group_members' as kpi,
        stat_date as kpi_date,
        cast(sum(members) as double) as numerator,
        cast(null as double) as denominator
    from {{ ref('rpt_community_health') }}
    group by stat_date
    union all
    select
        'group_active_rate' as kpi,
        stat_date as kpi_date,
        cast(sum(active_members) as double) as numerator,
        cast(sum(identified_members) as double) as denominator
    from {{ ref('rpt_community_health') }}
    group by stat_date
    union all
    select
        'opt_in_rate' as kpi,
        people.scanned_date as kpi_date,
        cast(sum(case when people.has_opted_in then 1 else 0 end) as double) as numerator,
        cast(count(*) as double) as denominator
    from {{ ref('int_acquisition__people') }} as people
    inner join told_sources on people.acquisition_source = told_sources.acquisition_source
    where people.is_opt_in_observed
    group by people.scanned_date
    union all
    select
        'parcel_card_cost' as kpi,
        as_of_date as kpi_date,
        cast(sum(cost_per_add_cny * added_people) as double) as numerator,
        cast(sum(added_people) as double) as denominator
    from {{ ref('rpt_acquisition_sources') }}
    where source_kind = 'parcel_card' and cost_per_add_cny is not null
    group by as_of_date
    union all
    select
        'fan_gmv_share' as kpi,
        period_start as kpi_date,
        cast(
            coalesce(
                sum(net_gmv_cny) filter (where buyer_kind in ('new_fan', 'returning_fan')), 0
            ) as double
        ) as numerator,
        cast(sum(net_gmv_cny) as double) as denominator
    from {{ ref('rpt_fan_value') }}
    where calendar_period = 'day' and sales_place = 'all' and buyer_kind <> 'guest'
    group by period_start
    union all
    select
        'returning_fan_gmv_share' as kpi,
        period_start as kpi_date,
        cast(
            coalesce(sum(net_gmv_cny) filter (where buyer_kind = 'returning_fan'), 0) as double
        ) as numerator,
        cast(sum(net_gmv_cny) as double) as denominator
    from {{ ref('rpt_fan_value') }}
    where calendar_period = 'day' and sales_place = 'live' and buyer_kind <> 'guest'
    group by period_start
    union all
    select
        'leads' as kpi,
        lead_date as kpi_date,
        cast(count(*) as double) as numerator,
        cast(null as double) as denominator
    from {{ ref('fct_leads') }}
    group by lead_date
    union all
    select
        'deals' as kpi,
        lead_date as kpi_date,
        cast(sum(case when is_deal then 1 else 0 end) as double) as numerator,
        cast(null as double) as denominator
    from {{ ref('int_leads__steps') }}
    group by lead_date
    union all
    select
        'fan_viewer_share' as kpi,
        started_date as kpi_date,
        sum(cast(fan_viewer_share as double) * viewers) as numerator,
        cast(sum(viewers) as double) as denominator
    from {{ ref('fct_live_sessions') }}
    where fan_viewer_share is not null
    group by started_date
    union all
    select
        'first_response_30min' as kpi,
        period_start_date as kpi_date,
        cast(sum(within_target_at_least) as double) as numerator,
        cast(sum(answered_conversations) as double) as denominator
    from {{ ref('rpt_service') }}
    where within_target_at_least is not null
    group by period_start_date
    union all
    select
        'parcel_card_adds' as kpi,
        touched_date as kpi_date,
        cast(count(*) as double) as numerator,
        cast(null as double) as denominator
    from {{ ref('fct_touchpoints') }}
    where behaviour = 'parcel_card_scanned'
    group by touched_date

),

reached as (

    select
        sent_date as kpi_date,
        identifier_id
    from {{ ref('fct_outreach') }}
    where is_delivered and identifier_id is not null

),

by_period as (

    {% for period in ['day', 'week', 'month'] -%}
        select
            '{{ period }}' as period_type,
            measured.kpi,
            cast(date_trunc('{{ period }}', measured.kpi_date) as date) as period_start,
            kpis.kpi_kind,
            case
                when kpis.kpi_kind like 'stock%'
                    then max_by(measured.numerator, measured.kpi_date)
                else sum(measured.numerator)
            end as numerator,
            case
                when kpis.kpi_kind like 'stock%'
                    then max_by(measured.denominator, measured.kpi_date)
                else sum(measured.denominator)
            end as denominator
        from daily as measured
        inner join {{ ref('kpis') }} as kpis on measured.kpi = kpis.kpi
        cross join as_of
        where
            measured.kpi_date <= as_of.as_of_date
            and kpis.smallest_period in ('{{ period }}', 'day')
        group by
            measured.kpi,
            kpis.kpi_kind,
            cast(date_trunc('{{ period }}', measured.kpi_date) as date)
        union all
        select
            '{{ period }}' as period_type,
            'reached_people' as kpi,
            cast(date_trunc('{{ period }}', reached.kpi_date) as date) as period_start,
            'people' as kpi_kind,
            cast(count(distinct reached.identifier_id) as double) as numerator,
            cast(null as double) as denominator
        from reached
        cross join as_of
        where reached.kpi_date <= as_of.as_of_date
        group by cast(date_trunc('{{ period }}', reached.kpi_date) as date)
        {{ 'union all' if not loop.last }}
    {% endfor -%}

),

told as (

    select distinct kpi
    from by_period

),

-- what cannot be said stands in the running period, with the reason
silent as (

    {% for period in ['day', 'week', 'month'] -%}
        select
            '{{ period }}' as period_type,
            kpis.kpi,
            cast(date_trunc('{{ period }}', as_of.as_of_date) as date) as period_start,
            coalesce(
                kpis.unavailable_reason, 'No export that says anything of it has been delivered'
            ) as unavailable_reason
        from {{ ref('kpis') }} as kpis
        cross join as_of
        left join told on kpis.kpi = told.kpi
        where
            told.kpi is null
            and kpis.smallest_period in ('{{ period }}', 'day')
            and as_of.as_of_date is not null
        {{ 'union all' if not loop.last }}
    {% endfor -%}

),

valued as (

    select
        period_type,
        kpi,
        period_start,
        case
            when kpi_kind in ('ratio', 'stock_ratio') and coalesce(denominator, 0) = 0
                then 'Nothing to divide by in this period, or nobody watched to its end yet'
        end as unavailable_reason,
        numerator,
        denominator,
        case
            when kpi_kind in ('ratio', 'stock_ratio') then numerator / nullif(denominator, 0)
            else numerator
        end as kpi_value
    from by_period
    union all
    select
        period_type,
        kpi,
        period_start,
        unavailable_reason,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(null as double) as kpi_value
    from silent

),

ended as (

    select
        valued.*,
        as_of.as_of_date,
        as_of.industry_profile,
        case valued.period_type
            when 'day' then valued.period_start
            when 'week' then {{ add_days('valued.period_start', 6) }}
            else last_day(valued.period_start)
        end as period_end,
        case valued.period_type
            when 'day' then {{ add_days('valued.period_start', -1) }}
            when 'week' then {{ add_days('valued.period_start', -7) }}
            else {{ add_months('valued.period_start', -1) }}
        end as previous_start
    from valued
    cross join as_of

),

followed as (

    select
        ended.*,
        previous.kpi_value as previous_value
    from ended
    left join valued as previous
        on
            ended.kpi = previous.kpi
            and ended.period_type = previous.period_type
            and ended.previous_start = previous.period_start

)

select
    followed.as_of_date,
    followed.kpi,
    kpis.kpi_unit,
    kpis.description as kpi_description,
    followed.period_type,
    followed.period_start,
    followed.period_end,
    followed.kpi_value,
    followed.numerator,
    followed.denominator,
    followed.previous_value,
    followed.unavailable_reason,
    cast(followed.industry_profile as integer) as industry_profile,
    cast(profile_kpis.kpi_position as integer) as kpi_position,
    profile_kpis.benchmark_value,
    profile_kpis.benchmark_source,
    followed.period_end <= followed.as_of_date as is_mature,
    followed.as_of_date between followed.period_start and followed.period_end as is_current_period
from followed
inner join {{ ref('kpis') }} as kpis on followed.kpi = kpis.kpi
left join {{ ref('profile_kpis') }} as profile_kpis
    on
        followed.kpi = profile_kpis.kpi
        and followed.industry_profile = profile_kpis.industry_profile
