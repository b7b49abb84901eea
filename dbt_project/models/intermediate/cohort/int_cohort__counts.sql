-- An occasion whose predecessor lies in another period is the customer's first one of its period:
-- nobody has to be looked up to be counted once. What lies beyond max_k is gathered in max_k + 1,
-- for who is active on or after a period.
with tracked as (

    select * from {{ ref('int_cohort__tracked') }}

),

counted as (

    {% for cut in cohort_cuts() %}
        select
            {{ cohort_cut_columns(cut) }},
            mature_k,
            k,
            count(*) filter (where is_first_of_period) as active_customers,
            count(*) filter (
                where
                previous_occasion_date = first_order_date
                or (previous_occasion_date is not null and is_first_of_period)
            ) as repeat_active,
            count(*) filter (where is_last_occasion) as last_active,
            sum(orders) as orders,
            sum(units) as units,
            sum(revenue_gross_cny) as revenue_gross_cny,
            sum(refund_cny) as refund_cny,
            sum(cost_cny) as cost_cny,
            sum(orders_without_cost) as orders_without_cost
        from (
            select
                *,
                occasion_number is not null
                and (previous_k is null or previous_k < k) as is_first_of_period
            from (
                select
                    tracked.*,
                    {{ period_number(cut.period, cut.start) }} as cohort_number,
                    {{ cohort_mature_k(cut, cut.start, 'as_of_date') }} as mature_k,
                    least({{ cohort_k(cut, cut.start, 'booked_date') }}, {{ cut.max_k + 1 }}) as k,
                    case
                        when tracked.previous_occasion_date >= {{ cut.start }}
                            then least(
                                {{ cohort_k(cut, cut.start, 'previous_occasion_date') }},
                                {{ cut.max_k + 1 }}
                            )
                    end as previous_k
                from tracked
                where tracked.sale_date >= {{ cut.start }}
            ) as placed
        ) as flagged
        {{ group_by_family(cut, 'cohort_number, mature_k, k') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

{{ by_segment('counted', 'cohort_number, mature_k, k', {
    'active_customers': 'sum',
    'repeat_active': 'sum',
    'last_active': 'sum',
    'orders': 'sum',
    'units': 'sum',
    'revenue_gross_cny': 'sum',
    'refund_cny': 'sum',
    'cost_cny': 'sum',
    'orders_without_cost': 'sum',
}) }}
