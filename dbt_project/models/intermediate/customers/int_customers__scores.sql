-- RFM of the buyers as of each scored day, and the two flags that rest on it. Recency counts in
-- repurchase windows of the industry profile, money in medians of all buyers.
with totals as (

    select * from {{ ref('int_customers__scored_totals') }}

),

median_buyer as (

    select
        scored_date,
        percentile_cont(0.5) within group (order by net_gmv_cny asc nulls last) as net_gmv_cny
    from totals
    where purchase_days > 0
    group by scored_date

),

measured as (

    select
        totals.customer_id,
        totals.scored_date,
        totals.recency_windows as recency,
        cast(totals.purchase_days as double) as frequency,
        cast(totals.net_gmv_cny as double)
        / nullif(cast(median_buyer.net_gmv_cny as double), 0) as monetary
    from totals
    inner join median_buyer on totals.scored_date = median_buyer.scored_date
    where totals.purchase_days > 0

),

scored as (

    select
        measured.customer_id,
        measured.scored_date,
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score
    from measured
    left join {{ ref('rfm_scores') }} as recency
        on
            recency.dimension = 'recency'
            and measured.recency >= coalesce(recency.at_least, -1e300)
            and measured.recency < coalesce(recency.below, 1e300)
    left join {{ ref('rfm_scores') }} as frequency
        on
            frequency.dimension = 'frequency'
            and measured.frequency >= coalesce(frequency.at_least, -1e300)
            and measured.frequency < coalesce(frequency.below, 1e300)
    left join {{ ref('rfm_scores') }} as monetary
        on
            monetary.dimension = 'monetary'
            and measured.monetary >= coalesce(monetary.at_least, -1e300)
            and measured.monetary < coalesce(monetary.below, 1e300)

),

facts as (

    select
        totals.customer_id,
        totals.scored_date,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        totals.paid_orders,
        totals.deal_share,
        totals.refund_share
    from totals
    left join scored
        on
            totals.customer_id = scored.customer_id
            and totals.scored_date = scored.scored_date

),

flagged as (

    select
        facts.customer_id,
        facts.scored_date,
        rules.flag,
        bool_and(
            coalesce(
                case rules.measure
                    {% for measure in [
                        'recency_score', 'frequency_score', 'monetary_score', 'paid_orders',
                        'deal_share', 'refund_share',
                    ] -%}
                        when '{{ measure }}' then facts.{{ measure }}
                    {% endfor -%}
                end between coalesce(rules.at_least, -1e300) and coalesce(rules.at_most, 1e300),
                false
            )
        ) as has_flag
    from facts
    cross join {{ ref('customer_flag_rules') }} as rules
    where facts.paid_orders > 0 and rules.flag in ('super_user', 'deal_hunter')
    group by facts.customer_id, facts.scored_date, rules.flag

),

flags as (

    select
        customer_id,
        scored_date,
        bool_or(has_flag and flag = 'super_user') as is_super_user,
        bool_or(has_flag and flag = 'deal_hunter') as is_deal_hunter
    from flagged
    group by customer_id, scored_date

)

select
    facts.customer_id,
    facts.scored_date,
    facts.recency_score,
    facts.frequency_score,
    facts.monetary_score,
    coalesce(flags.is_super_user, false) as is_super_user,
    coalesce(flags.is_deal_hunter, false) as is_deal_hunter
from facts
left join flags
    on
        facts.customer_id = flags.customer_id
        and facts.scored_date = flags.scored_date
