{#-
  Credit, influence and spend per day and channel, or per day, channel and campaign: the two reports
  differ in nothing else. Each part is summed up before they are joined, so that no yuan of spend
  counts twice; channels, campaigns and models are numbers until the end.

  dimensions: the columns beside the day, of int_attribution__daily, int_attribution__paths and
  int_attribution__spend: ['channel_number'] or ['channel_number', 'campaign_key'].
-#}
{% macro attribution_report(dimensions) %}
{%- set columns = dimensions | join(', ') -%}
{%- set cell = 'is_touch_date, credit_date, ' ~ columns ~ ', lookback_days' -%}
{%- set with_campaign = 'campaign_key' in dimensions -%}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    select * from {{ ref('int_attribution__lookbacks') }}
    {% if with_campaign and var('attribution_detail_lookbacks', 'default') != 'all' -%}
        where is_default_lookback
    {%- endif %}

),

models as (

    select * from {{ ref('int_attribution__models') }}

),

credit as (

    select
        is_touch_date,
        credit_date,
        {{ columns }},
        lookback_days,
        conversion_type,
        model_number,
        conversions,
        conversions_gross,
        revenue_gross_cny,
        refund_cny,
        0 as refund_cash_cny
    from {{ ref('int_attribution__daily') }}
    where lookback_days in (select lookback_days from lookbacks)
    union all
    select
        false as is_touch_date,
        refund_date as credit_date,
        {{ known(dimensions) }},
        lookback_days,
        conversion_type,
        model_number,
        0 as conversions,
        0 as conversions_gross,
        0 as revenue_gross_cny,
        0 as refund_cny,
        refund_cash_cny
    from {{ ref('int_attribution__refunds') }}
    where lookback_days in (select lookback_days from lookbacks)

),

credit_of_models as (

    select
        {{ cell }},
        conversion_type,
        model_number,
        {{ credit_sums() }}
    from (
        select * from credit
        where model_number is not null
        union all
        -- of all models alike
        select
            {{ cell }},
            conversion_type,
            models.model_number,
            conversions,
            conversions_gross,
            revenue_gross_cny,
            refund_cny,
            refund_cash_cny
        from credit
        cross join models
        where credit.model_number is null
    ) as each_model
    group by {{ cell }}, conversion_type, model_number

),

type_cells as (

    select
        {{ cell }},
        conversion_type,
        model_number,
        round(conversions, 12) as conversions,
        round(conversions_gross, 12) as conversions_gross,
        revenue_gross_cny,
        refund_cny,
        refund_cash_cny
    from credit_of_models

),

order_cells as (

    select
        {{ cell }},
        model_number,
        round(sum(conversions), 12) as conversions,
        round(sum(conversions_gross), 12) as conversions_gross,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        sum(refund_cash_cny) as refund_cash_cny
    from credit_of_models
    where {{ is_order() }}
    group by {{ cell }}, model_number

),

touches as (

    select
        paths.lookback_days,
        paths.path_key,
        paths.conversion_type,
        paths.converted_date,
        paths.touched_date,
        {{ known(dimensions, 'paths') }},
        paths.position,
        paths.path_length,
        paths.revenue_gross_cny - paths.refund_cny as revenue_net_cny,
        paths.seconds_before / 3600 as hours_before,
        paths.is_valid,
        paths.is_mature
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    where paths.path_length > 0 and paths.lookback_days in (select lookback_days from lookbacks)

),

-- one row per conversion and cell: a channel that was touched twice influenced once
influence as (

    {% for is_touch_date, day in bases() %}
        select
            {{ is_touch_date }} as is_touch_date,
            {{ day }} as credit_date,
            {{ columns }},
            lookback_days,
            conversion_type,
            revenue_net_cny,
            hours_before,
            is_valid,
            is_valid as is_solo,
            false as is_first,
            false as is_assist,
            false as is_last,
            is_mature
        from touches
        where path_length = 1
        union all
        select
            {{ is_touch_date }} as is_touch_date,
            {{ day }} as credit_date,
            {{ columns }},
            lookback_days,
            max(conversion_type) as conversion_type,
            max(revenue_net_cny) as revenue_net_cny,
            avg(hours_before) as hours_before,
            bool_and(is_valid) as is_valid,
            false as is_solo,
            bool_or(is_valid and position = 1) as is_first,
            bool_or(is_valid and position > 1 and position < path_length) as is_assist,
            bool_or(is_valid and position = path_length) as is_last,
            bool_and(is_mature) as is_mature
        from touches
        where path_length > 1
        group by path_key, {{ day }}, {{ columns }}, lookback_days
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

influence_cells as (

    select
        {{ cell }},
        conversion_type,
        {{ influence_sums() }}
    from influence
    group by {{ cell }}, conversion_type
    union all
    select
        {{ cell }},
        {{ all_orders() }} as conversion_type,
        {{ influence_sums() }}
    from influence
    where {{ is_order() }}
    group by {{ cell }}

),

spend as (

    select
        spend_date as credit_date,
        {{ known(dimensions) }},
        sum(spend_cny) as spend_cny,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from {{ ref('int_attribution__spend') }}
    group by spend_date, {{ known_values(dimensions) }}

),

spend_cells as (

    select
        bases.is_touch_date,
        models.model_number,
        lookbacks.lookback_days,
        spend.*
    from spend
    cross join (select false as is_touch_date union all select true as is_touch_date) as bases
    cross join models
    cross join lookbacks

),

-- with the first orders and the leads of the same cell
spending as (

    select
        spend_cells.*,
        first_orders.conversions as first_orders,
        leads.conversions as leads
    from spend_cells
    left join type_cells as first_orders
        on
            {{ same_cell('spend_cells', 'first_orders', dimensions + ['model_number']) }}
            and first_orders.conversion_type = 'first_order'
    left join type_cells as leads
        on
            {{ same_cell('spend_cells', 'leads', dimensions + ['model_number']) }}
            and leads.conversion_type = 'lead'

),

cells as (

    select
        {{ cell }},
        conversion_type,
        model_number,
        conversions,
        conversions_gross,
        revenue_gross_cny,
        refund_cny,
        refund_cash_cny,
        null as spend_cny,
        null as impressions,
        null as clicks,
        null as first_orders,
        null as leads
    from type_cells
    union all
    select
        {% for column in cell.split(', ') -%}
            coalesce(order_cells.{{ column }}, spending.{{ column }}) as {{ column }},
        {% endfor -%}
        {{ all_orders() }} as conversion_type,
        coalesce(order_cells.model_number, spending.model_number) as model_number,
        coalesce(order_cells.conversions, 0) as conversions,
        coalesce(order_cells.conversions_gross, 0) as conversions_gross,
        coalesce(order_cells.revenue_gross_cny, 0) as revenue_gross_cny,
        coalesce(order_cells.refund_cny, 0) as refund_cny,
        coalesce(order_cells.refund_cash_cny, 0) as refund_cash_cny,
        spending.spend_cny,
        spending.impressions,
        spending.clicks,
        spending.first_orders,
        spending.leads
    from order_cells
    full outer join spending
        on {{ same_cell('order_cells', 'spending', dimensions + ['model_number']) }}

),

days as (

    select
        is_touch_date,
        credit_date,
        conversion_type,
        model_number,
        lookback_days,
        round(sum(conversions), 9) as conversions
    from cells
    group by is_touch_date, credit_date, conversion_type, model_number, lookback_days

),

-- what the same cell has under last touch
last_touch as (

    select cells.*
    from cells
    inner join models on cells.model_number = models.model_number and models.model = 'last'

),

has_last_touch as (

    select count(*) > 0 as has_last_touch from models
    where model = 'last'

)

select
    as_of.as_of_date,
    case when cells.is_touch_date then 'touch_date' else 'conversion_date' end as basis,
    cells.credit_date,
    {{ channel_name() }} as channel,
    {% if with_campaign -%}
        coalesce(campaigns.campaign, {{ channel_none() }}) as campaign,
    {% endif -%}
    {{ channel_domain() }} as domain,
    cells.conversion_type,
    models.model,
    cast(cells.lookback_days as integer) as lookback_days,
    cast(cells.conversions as double) as conversions,
    cast(cells.conversions_gross as double) as conversions_gross,
    cast(
        {{ whole_where_no_touch('cells.conversions', 'influence_cells.influenced_conversions') }}
        as bigint
    ) as influenced_conversions,
    cast(
        {{ whole_where_no_touch(
            'cells.revenue_gross_cny - cells.refund_cny', 'influence_cells.influenced_revenue_cny'
        ) }}
        as decimal(18, 4)
    ) as influenced_revenue_cny,
    cast(coalesce(influence_cells.solo_conversions, 0) as bigint) as solo_conversions,
    cast(coalesce(influence_cells.first_conversions, 0) as bigint) as first_conversions,
    cast(coalesce(influence_cells.assist_conversions, 0) as bigint) as assist_conversions,
    cast(coalesce(influence_cells.last_conversions, 0) as bigint) as last_conversions,
    cast(influence_cells.median_hours as double) as median_hours,
    cast(cells.revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(cells.refund_cny as decimal(18, 4)) as refund_cny,
    cast(cells.revenue_gross_cny - cells.refund_cny as decimal(18, 4)) as revenue_net_cny,
    case
        when not cells.is_touch_date then cast(cells.refund_cash_cny as decimal(18, 4))
    end as refund_cash_cny,
    case
        when not cells.is_touch_date
            then cast(cells.revenue_gross_cny - cells.refund_cash_cny as decimal(18, 4))
    end as revenue_net_cash_cny,
    cast(cells.spend_cny as decimal(18, 4)) as spend_cny,
    cast(cells.impressions as bigint) as impressions,
    cast(cells.clicks as bigint) as clicks,
    cast(cells.revenue_gross_cny - cells.refund_cny as double)
    / nullif(cast(cells.spend_cny as double), 0) as roas,
    cast(cells.spend_cny as double) / nullif(cast(cells.conversions as double), 0) as cpa_cny,
    cast(cells.spend_cny as double) / nullif(cast(cells.first_orders as double), 0)
        as new_customer_cac_cny,
    cast(cells.spend_cny as double) / nullif(cast(cells.leads as double), 0)
        as cost_per_lead_cny,
    cast(cells.conversions as double) / nullif(cast(days.conversions as double), 0) as share,
    case
        when has_last_touch.has_last_touch
            then cast(cells.conversions - coalesce(last_touch.conversions, 0) as double)
                / nullif(cast(days.conversions as double), 0)
    end as share_vs_last_touch,
    lookbacks.is_default_lookback,
    coalesce(influence_cells.is_settled, true)
    and (
        not cells.is_touch_date
        or {{ add_days('cells.credit_date', 'cells.lookback_days') }} <= as_of.as_of_date
    ) as is_mature
from cells
cross join as_of
cross join has_last_touch
inner join models on cells.model_number = models.model_number
inner join lookbacks on cells.lookback_days = lookbacks.lookback_days
left join {{ ref('int_attribution__channels') }} as channels
    on cells.channel_number = channels.channel_number
{% if with_campaign -%}
    left join {{ ref('int_attribution__campaigns') }} as campaigns
        on cells.campaign_key = campaigns.campaign_key
{% endif -%}
left join influence_cells on {{ same_cell('cells', 'influence_cells', dimensions + ['conversion_type']) }}
left join last_touch on {{ same_cell('cells', 'last_touch', dimensions + ['conversion_type']) }}
left join days on {{ same_cell('cells', 'days', ['conversion_type', 'model_number']) }}
{% endmacro %}

{#- The day that credit is booked on, by basis: is_touch_date. -#}
{% macro bases() -%}
    {{ return([('false', 'converted_date'), ('true', 'touched_date')]) }}
{%- endmacro %}

{#- Numbers that are never null: 0 stands for no channel of a conversion and for no campaign. -#}
{% macro known(dimensions, relation='') -%}
    {%- for column in dimensions -%}
        coalesce({{ relation ~ '.' if relation }}{{ column }}, 0) as {{ column }}
        {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
{% macro known_values(dimensions) -%}
    {%- for column in dimensions -%} coalesce({{ column }}, 0) {{- ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}

{#- The row that counts orders of every type; leads are none. -#}
{% macro all_orders() -%} 'all_orders' {%- endmacro %}
{% macro is_order() -%} conversion_type <> 'lead' {%- endmacro %}

{% macro credit_sums() -%}
    sum(conversions) as conversions,
    sum(conversions_gross) as conversions_gross,
    sum(revenue_gross_cny) as revenue_gross_cny,
    sum(refund_cny) as refund_cny,
    sum(refund_cash_cny) as refund_cash_cny
{%- endmacro %}

{#- The row of conversions that nothing led to shows them all as its own. -#}
{% macro whole_where_no_touch(whole, influenced) -%}
    case when cells.channel_number = 0 then {{ whole }} else coalesce({{ influenced }}, 0) end
{%- endmacro %}

{% macro influence_sums() -%}
    count(case when is_valid then 1 end) as influenced_conversions,
    sum(revenue_net_cny) as influenced_revenue_cny,
    count(case when is_solo then 1 end) as solo_conversions,
    count(case when is_first then 1 end) as first_conversions,
    count(case when is_assist then 1 end) as assist_conversions,
    count(case when is_last then 1 end) as last_conversions,
    percentile_cont(0.5) within group (order by hours_before asc nulls last) as median_hours,
    bool_and(is_mature) as is_settled
{%- endmacro %}

{% macro same_cell(one, other, columns) -%}
    {%- for column in ['is_touch_date', 'credit_date', 'lookback_days'] + columns -%}
        {{ 'and ' if not loop.first }}{{ one }}.{{ column }} = {{ other }}.{{ column }}
        {{- ' ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The name and domain of a channel number, with `channels` joined; none is no touch at all. -#}
{% macro channel_name() -%}
    coalesce(channels.channel, {{ channel_unattributed() }})
{%- endmacro %}
{% macro channel_domain() -%}
    coalesce(channels.domain, {{ channel_unattributed() }})
{%- endmacro %}
