{#-
  Credit, influence and spend per day and channel, or per day, channel and campaign: the two reports
  differ in nothing else. Each part is summed up before they are joined, so that no yuan of spend
  counts twice.

  dimensions: the columns beside the day, of int_attribution__daily, int_attribution__roles and
  int_attribution__spend: ['channel'] or ['channel', 'campaign'].
-#}
{% macro attribution_report(dimensions) %}
{%- set columns = dimensions | join(', ') -%}
{%- set cell = 'basis, credit_date, ' ~ columns -%}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}
    {% if 'campaign' in dimensions and var('attribution_detail_lookbacks', 'default') != 'all' -%}
        where is_default_lookback
    {%- endif %}

),

models as (

    select model from {{ ref('attribution_models') }}
    where is_active

),

credit as (

    {{ on_both_bases(
        ref('int_attribution__daily'),
        ['channel', 'campaign', 'conversion_type', 'model', 'lookback_days', 'conversions',
         'conversions_gross', 'revenue_gross_cny', 'refund_cny']
    ) }}

),

credit_cells as (

    select
        {{ cell }},
        {{ counted_type() }},
        model,
        lookback_days,
        round(sum(conversions), 12) as conversions,
        round(sum(conversions_gross), 12) as conversions_gross,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny
    from credit
    {{ by_type_and_over_all(cell ~ ', model, lookback_days') }}

),

roles as (

    {{ on_both_bases(
        ref('int_attribution__roles'),
        ['channel', 'campaign', 'conversion_type', 'lookback_days', 'conversion_id', 'is_valid',
         'revenue_net_cny', 'is_solo', 'is_first', 'is_assist', 'is_last', 'hours_before',
         'is_mature']
    ) }}

),

-- one row per conversion and cell: a channel that was touched twice influenced once
influence as (

    select
        {{ cell }},
        conversion_type,
        lookback_days,
        conversion_id,
        max(case when is_valid then 1 else 0 end) as conversions,
        max(revenue_net_cny) as revenue_net_cny,
        max(case when is_valid and is_solo then 1 else 0 end) as solo,
        max(case when is_valid and is_first then 1 else 0 end) as opened,
        max(case when is_valid and is_assist then 1 else 0 end) as assisted,
        max(case when is_valid and is_last then 1 else 0 end) as closed,
        avg(hours_before) as hours_before,
        bool_and(is_mature) as is_mature
    from roles
    group by {{ cell }}, conversion_type, lookback_days, conversion_id

),

influence_cells as (

    select
        {{ cell }},
        {{ counted_type() }},
        lookback_days,
        sum(conversions) as influenced_conversions,
        sum(revenue_net_cny) as influenced_revenue_cny,
        sum(solo) as solo_conversions,
        sum(opened) as first_conversions,
        sum(assisted) as assist_conversions,
        sum(closed) as last_conversions,
        percentile_cont(0.5) within group (order by hours_before asc nulls last) as median_hours,
        bool_and(is_mature) as is_settled
    from influence
    {{ by_type_and_over_all(cell ~ ', lookback_days') }}

),

spend as (

    select
        spend_date as credit_date,
        {{ columns }},
        sum(spend_cny) as spend_cny,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from {{ ref('int_attribution__spend') }}
    group by spend_date, {{ columns }}

),

spend_cells as (

    select
        bases.basis,
        {{ all_orders() }} as conversion_type,
        models.model,
        lookbacks.lookback_days,
        spend.*
    from spend
    cross join (select 'conversion_date' as basis union all select 'touch_date' as basis) as bases
    cross join models
    cross join lookbacks

),

joined as (

    select
        {% for column in ['basis', 'credit_date'] + dimensions
            + ['conversion_type', 'model', 'lookback_days'] -%}
            coalesce(credit_cells.{{ column }}, spend_cells.{{ column }}) as {{ column }},
        {% endfor -%}
        coalesce(credit_cells.conversions, 0) as conversions,
        coalesce(credit_cells.conversions_gross, 0) as conversions_gross,
        coalesce(credit_cells.revenue_gross_cny, 0) as revenue_gross_cny,
        coalesce(credit_cells.refund_cny, 0) as refund_cny,
        spend_cells.spend_cny,
        spend_cells.impressions,
        spend_cells.clicks
    from credit_cells
    full outer join spend_cells
        on
            {% for column in ['basis', 'credit_date'] + dimensions
                + ['conversion_type', 'model', 'lookback_days'] -%}
                {{ 'and ' if not loop.first }}credit_cells.{{ column }} = spend_cells.{{ column }}
            {% endfor %}

),

totals as (

    select
        *,
        round(
            sum(conversions) over (
                partition by basis, credit_date, conversion_type, model, lookback_days
            ),
            9
        ) as day_conversions,
        max(case when model = 'last' then conversions end) over (
            partition by {{ cell }}, conversion_type, lookback_days
        ) as last_touch_conversions,
        max(case when conversion_type = 'first_order' then conversions end) over (
            partition by basis, credit_date, {{ columns }}, model, lookback_days
        ) as first_order_conversions
    from joined

)

select
    as_of.as_of_date,
    totals.basis,
    totals.credit_date,
    {% for column in dimensions %}totals.{{ column }},
    {% endfor -%}
    case
        when totals.channel in ({{ channel_none() }}, {{ channel_unattributed() }})
            then totals.channel
        else channels.domain
    end as domain,
    totals.conversion_type,
    totals.model,
    cast(totals.lookback_days as integer) as lookback_days,
    cast(totals.conversions as double) as conversions,
    cast(totals.conversions_gross as double) as conversions_gross,
    cast(coalesce(influence_cells.influenced_conversions, 0) as bigint) as influenced_conversions,
    cast(coalesce(influence_cells.influenced_revenue_cny, 0) as decimal(18, 4))
        as influenced_revenue_cny,
    cast(coalesce(influence_cells.solo_conversions, 0) as bigint) as solo_conversions,
    cast(coalesce(influence_cells.first_conversions, 0) as bigint) as first_conversions,
    cast(coalesce(influence_cells.assist_conversions, 0) as bigint) as assist_conversions,
    cast(coalesce(influence_cells.last_conversions, 0) as bigint) as last_conversions,
    cast(influence_cells.median_hours as double) as median_hours,
    cast(totals.revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(totals.refund_cny as decimal(18, 4)) as refund_cny,
    cast(totals.revenue_gross_cny - totals.refund_cny as decimal(18, 4)) as revenue_net_cny,
    cast(totals.spend_cny as decimal(18, 4)) as spend_cny,
    cast(totals.impressions as bigint) as impressions,
    cast(totals.clicks as bigint) as clicks,
    cast(totals.revenue_gross_cny - totals.refund_cny as double)
    / nullif(cast(totals.spend_cny as double), 0) as roas,
    cast(totals.spend_cny as double) / nullif(cast(totals.conversions as double), 0) as cpa_cny,
    cast(totals.spend_cny as double) / nullif(cast(totals.first_order_conversions as double), 0)
        as new_customer_cac_cny,
    cast(totals.conversions as double) / nullif(cast(totals.day_conversions as double), 0)
        as share,
    cast(totals.conversions - totals.last_touch_conversions as double)
    / nullif(cast(totals.day_conversions as double), 0) as share_vs_last_touch,
    lookbacks.is_default_lookback,
    coalesce(influence_cells.is_settled, true)
    and (
        totals.basis = 'conversion_date'
        or {{ add_days('totals.credit_date', 'totals.lookback_days') }} <= as_of.as_of_date
    ) as is_mature
from totals
cross join as_of
inner join lookbacks on totals.lookback_days = lookbacks.lookback_days
left join influence_cells
    on
        {% for column in ['basis', 'credit_date'] + dimensions
            + ['conversion_type', 'lookback_days'] -%}
            {{ 'and ' if not loop.first }}totals.{{ column }} = influence_cells.{{ column }}
        {% endfor %}
left join {{ ref('channels') }} as channels on totals.channel = channels.channel
{% endmacro %}

{#- The row that counts orders of every type. -#}
{% macro all_orders() -%} 'all_orders' {%- endmacro %}

{#- The type that a row of `by_type_and_over_all` counts. -#}
{% macro counted_type() -%}
    case when grouping(conversion_type) = 1 then {{ all_orders() }} else conversion_type end
    as conversion_type
{%- endmacro %}

{% macro by_type_and_over_all(columns) -%}
    group by grouping sets (({{ columns }}, conversion_type), ({{ columns }}))
{%- endmacro %}

{#- Every row of the report's look-backs twice: by the day of its conversion and of its touch. -#}
{% macro on_both_bases(relation, columns) -%}
    {%- for basis, day in [('conversion_date', 'converted_date'), ('touch_date', 'touched_date')] %}
    select
        '{{ basis }}' as basis,
        {{ day }} as credit_date,
        {{ columns | join(', ') }}
    from {{ relation }}
    where lookback_days in (select lookback_days from lookbacks)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
