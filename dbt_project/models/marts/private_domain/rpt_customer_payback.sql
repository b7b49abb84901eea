-- Customers by the month of their first order, each followed on a clock of 30 days. What a customer
-- brought is margin where the cost of every product is known, else net revenue; `payback_basis`
-- says which, and no mixture is made. Only months that all customers of the cohort have lived
-- count.
with cells as (

    select
        *,
        cast(cum_margin_cny as double) / nullif(cohort_size, 0) as ltv_margin_cny
    from {{ ref('rpt_cohort') }}
    where
        cohort_kind = 'first_order'
        and cohort_period_type = 'month'
        and clock = 'rolling_30'
        and segment_type in ('all', 'first_domain', 'first_channel')

),

cohorts as (

    select
        as_of_date,
        cohort_period,
        segment_type,
        segment_value,
        max(cohort_size) as cohort_size,
        max(spend_cny) as spend_cny,
        max(cac_cny) as cac_cny,
        max(case when is_mature then k + 1 end) as observed_months,
        max_by(ltv_net_cny, k) filter (where is_mature) as ltv_net_cny,
        max_by(ltv_margin_cny, k) filter (where is_mature) as ltv_margin_cny,
        bool_or(is_mature) and bool_and(ltv_margin_cny is not null or not is_mature)
            as is_margin_known,
        min(case when is_mature and ltv_net_cny >= cac_cny then k + 1 end) as net_payback_months,
        min(case when is_mature and ltv_margin_cny >= cac_cny then k + 1 end)
            as margin_payback_months
    from cells
    group by as_of_date, cohort_period, segment_type, segment_value

),

members as (

    select
        cast(values_of.ltv_observed_cny as decimal(38, 6)) as ltv_observed_cny,
        cast(values_of.ltv_predicted_cny as decimal(38, 6)) as ltv_predicted_cny,
        cast(date_trunc('month', members.first_order_date) as date) as cohort_period,
        members.first_domain,
        members.first_channel
    from {{ ref('customer_lifetime_value') }} as values_of
    inner join {{ ref('int_cohort__members') }} as members
        on values_of.customer_id = members.customer_id

),

predicted as (

    {% for segment in ['all', 'first_domain', 'first_channel'] -%}
        select
            cohort_period,
            '{{ segment }}' as segment_type,
            {{ "'all'" if segment == 'all' else segment }} as segment_value,
            cast(sum(ltv_observed_cny) as double) / count(*) as ltv_observed_cny,
            cast(sum(ltv_predicted_cny) as double) / count(*) as ltv_predicted_cny
        from members
        group by cohort_period{{ '' if segment == 'all' else ', ' ~ segment }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    cohorts.as_of_date,
    cohorts.cohort_period,
    cohorts.segment_type,
    cohorts.segment_value,
    cast(cohorts.cohort_size as bigint) as cohort_size,
    cast(cohorts.observed_months as integer) as observed_months,
    cohorts.spend_cny,
    cohorts.cac_cny,
    cohorts.ltv_net_cny,
    case when cohorts.is_margin_known then cohorts.ltv_margin_cny end as ltv_margin_cny,
    predicted.ltv_observed_cny,
    predicted.ltv_predicted_cny,
    predicted.ltv_predicted_cny / nullif(cohorts.cac_cny, 0) as ltv_to_cac_ratio,
    case when cohorts.is_margin_known then 'margin' else 'net_revenue' end as payback_basis,
    cast(
        case
            when cohorts.is_margin_known then cohorts.margin_payback_months
            else cohorts.net_payback_months
        end as integer
    ) as payback_months,
    case
        when cohorts.cac_cny is null then 'no spend is known'
        when cohorts.observed_months is null then 'no month has been lived by all'
        when cohorts.is_margin_known and cohorts.margin_payback_months is null
            then 'not paid back yet'
        when not cohorts.is_margin_known and cohorts.net_payback_months is null
            then 'not paid back yet'
    end as no_payback_reason
from cohorts
left join predicted
    on
        cohorts.cohort_period = predicted.cohort_period
        and cohorts.segment_type = predicted.segment_type
        and cohorts.segment_value = predicted.segment_value
