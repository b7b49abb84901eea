-- Who is in which segment: in one of seeds/segment_rules.csv whose every bound holds, or in that of
-- a flag of seeds/customer_flag_rules.csv.
with facts as (

    select
        totals.customer_id,
        totals.scored_date,
        totals.purchase_days,
        totals.gap_ratio,
        totals.silent_windows,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        scores.is_super_user,
        scores.is_deal_hunter
    from {{ ref('int_customers__scored_totals') }} as totals
    inner join {{ ref('int_customers__scores') }} as scores
        on
            totals.customer_id = scores.customer_id
            and totals.scored_date = scores.scored_date

),

judged as (

    select
        facts.customer_id,
        facts.scored_date,
        rules.segment_key,
        bool_and(
            coalesce(
                case rules.measure
                    {% for measure in [
                        'recency_score', 'frequency_score', 'monetary_score', 'purchase_days',
                        'gap_ratio', 'silent_windows',
                    ] -%}
                        when '{{ measure }}'
                            then
                                facts.{{ measure }} >= coalesce(rules.at_least, -1e300)
                                and facts.{{ measure }} < coalesce(rules.below, 1e300)
                    {% endfor -%}
                end,
                false
            )
        ) as is_member
    from facts
    cross join {{ ref('segment_rules') }} as rules
    group by facts.customer_id, facts.scored_date, rules.segment_key

)

select
    segment_key,
    scored_date,
    customer_id
from judged
where is_member
{% for flag in ['super_user', 'deal_hunter'] -%}
    union all
    select
        '{{ flag }}' as segment_key,
        scored_date,
        customer_id
    from facts
    where is_{{ flag }}
{% endfor -%}
