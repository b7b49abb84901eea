-- RFM of the buyers as of the day up to which all counts, and the two flags that rest on it.
-- Recency counts in repurchase windows of the industry profile, money in medians of all buyers.
with as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

buyers as (

    select * from {{ ref('int_customers__totals_as_of') }}
    where purchase_days > 0

),

median_buyer as (

    select percentile_cont(0.5) within group (order by net_gmv_cny asc nulls last) as net_gmv_cny
    from buyers

),

measured as (

    select
        buyers.customer_id,
        cast({{ days_between('buyers.last_order_date', 'as_of.as_of_date') }} as double)
        / as_of.repurchase_days as recency,
        cast(buyers.purchase_days as double) as frequency,
        cast(buyers.net_gmv_cny as double)
        / nullif(cast(median_buyer.net_gmv_cny as double), 0) as monetary
    from buyers
    cross join as_of
    cross join median_buyer

),

scored as (

    select
        measured.customer_id,
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

paid as (

    select
        paid_orders.customer_id,
        count(*) as paid_orders,
        cast(count(*) filter (where paid_orders.is_deal) as double) / count(*) as deal_share
    from {{ ref('int_customers__paid_orders') }} as paid_orders
    cross join as_of
    where paid_orders.sale_date <= as_of.as_of_date
    group by paid_orders.customer_id

),

facts as (

    select
        totals.customer_id,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        coalesce(paid.paid_orders, 0) as paid_orders,
        paid.deal_share,
        cast(totals.refund_cny as double) / nullif(cast(totals.gmv_cny as double), 0)
            as refund_share
    from {{ ref('int_customers__totals_as_of') }} as totals
    left join scored on totals.customer_id = scored.customer_id
    left join paid on totals.customer_id = paid.customer_id

),

flagged as (

    select
        facts.customer_id,
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
    group by facts.customer_id, rules.flag

),

flags as (

    select
        customer_id,
        bool_or(has_flag and flag = 'super_user') as is_super_user,
        bool_or(has_flag and flag = 'deal_hunter') as is_deal_hunter
    from flagged
    group by customer_id

)

select
    facts.customer_id,
    facts.recency_score,
    facts.frequency_score,
    facts.monetary_score,
    coalesce(flags.is_super_user, false) as is_super_user,
    coalesce(flags.is_deal_hunter, false) as is_deal_hunter
from facts
left join flags on facts.customer_id = flags.customer_id
