-- Who is in which segment: in one of seeds/segment_rules.csv whose every bound holds, or in that of
-- a flag of seeds/customer_flag_rules.csv.
{%- set measures = [
    'recency_score', 'frequency_score', 'monetary_score', 'purchase_days', 'gap_ratio',
    'silent_windows',
] %}
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

-- the bounds of each segment side by side: a customer is looked at once per segment
bounds as (

    select
        {% for measure in measures -%}
            max(case when measure = '{{ measure }}' then coalesce(at_least, -1e300) end)
                as {{ measure }}_at_least,
            min(case when measure = '{{ measure }}' then coalesce(below, 1e300) end)
                as {{ measure }}_below,
        {% endfor -%}
        segment_key
    from {{ ref('segment_rules') }}
    group by segment_key

)

select
    bounds.segment_key,
    facts.scored_date,
    facts.customer_id
from facts
cross join bounds
where
    {% for measure in measures %}
        {{ 'and ' if not loop.first }}(
            bounds.{{ measure }}_at_least is null
            or (
                facts.{{ measure }} >= bounds.{{ measure }}_at_least
                and facts.{{ measure }} < bounds.{{ measure }}_below
            )
        )
    {% endfor %}
{% for flag in ['super_user', 'deal_hunter'] -%}
    union all
    select
        '{{ flag }}' as segment_key,
        scored_date,
        customer_id
    from facts
    where is_{{ flag }}
{% endfor -%}
