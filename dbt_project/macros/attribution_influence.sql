{#-
  What every model says alike of a cell of the attribution reports: the conversions that it touched,
  and its spend. Each part is summed up before they are joined, so that no yuan of spend counts
  twice.

  by_campaign: whether campaigns are cells of their own.
-#}
{% macro attribution_influence(by_campaign) %}
{%- set columns = cell_columns(by_campaign) | join(', ') -%}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    {{ cell_lookbacks(by_campaign) }}

),

credit as (

    {{ cell_credit(by_campaign) }}

),

last_touch as (

    select model_number from {{ ref('int_attribution__models') }}
    where model = 'last'

),

has_last_touch as (

    select count(*) > 0 as has_last_touch from last_touch

),

-- what the cell has under last touch, and what all models credit alike
earned_by_type as (

    select
        credit.cell_key,
        {{ 'credit.campaign_key,' if by_campaign }}
        sum(
            case
                when credit.model_number is null or last_touch.model_number is not null
                    then credit.conversions
                else 0
            end
        ) as last_touch_conversions,
        sum(case when credit.model_number is null then credit.conversions else 0 end)
            as undivided_conversions,
        sum(
            case
                when credit.model_number is null then credit.revenue_gross_cny - credit.refund_cny
                else 0
            end
        ) as undivided_revenue_cny
    from credit
    left join last_touch on credit.model_number = last_touch.model_number
    group by credit.cell_key{{ ', credit.campaign_key' if by_campaign }}

),

earned as (

    {{ with_all_orders('earned_by_type', earned_sums(), by_campaign) }}

),

touches as (

    select
        {{ cells_of_touch('paths') }},
        {{ 'coalesce(paths.campaign_key, 0) as campaign_key,' if by_campaign }}
        paths.path_key,
        paths.position,
        paths.path_length,
        paths.revenue_gross_cny - paths.refund_cny as revenue_net_cny,
        paths.seconds_before / 3600 as hours_before,
        paths.is_valid,
        paths.is_mature
    from {{ ref('int_attribution__paths') }} as paths
    inner join as_of on paths.converted_date <= as_of.as_of_date
    where
        paths.path_length > 0
        and paths.lookback_days in (select lookbacks.lookback_days from lookbacks)

),

-- one row per conversion and cell: a channel that was touched twice influenced once
conversions as (

    {% for _, day in bases() %}
        select
            cell_of_{{ day }} as cell_key,
            {{ 'campaign_key,' if by_campaign }}
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
            cell_of_{{ day }} as cell_key,
            {{ 'campaign_key,' if by_campaign }}
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
        group by path_key, cell_of_{{ day }}{{ ', campaign_key' if by_campaign }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

influence as (

    {{ with_all_orders('conversions', influence_sums(), by_campaign) }}

),

spend as (

    select
        {{ columns }},
        sum(spend_cny) as spend_cny,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from ({{ cell_spend(by_campaign) }}) as spend_by_campaign
    group by {{ columns }}

),

cells as (

    select {{ columns }} from earned
    union
    select {{ columns }} from spend

)

select
    as_of.as_of_date,
    cells.cell_key,
    {{ 'cells.campaign_key,' if by_campaign }}
    case
        when {{ cell_is_touch_date('cells.cell_key') }} then 'touch_date' else 'conversion_date'
    end as basis,
    {{ cell_date('cells.cell_key') }} as credit_date,
    {{ channel_name() }} as channel,
    {% if by_campaign -%}
        coalesce(campaigns.campaign, {{ channel_none() }}) as campaign,
    {% endif -%}
    {{ channel_domain() }} as domain,
    {{ cell_type('cells.cell_key') }} as conversion_type,
    cast(lookbacks.lookback_days as integer) as lookback_days,
    cast(
        {{ whole_where_no_touch(
            'earned.undivided_conversions', 'influence.influenced_conversions'
        ) }}
        as bigint
    ) as influenced_conversions,
    cast(
        {{ whole_where_no_touch(
            'earned.undivided_revenue_cny', 'influence.influenced_revenue_cny'
        ) }}
        as decimal(18, 4)
    ) as influenced_revenue_cny,
    cast(coalesce(influence.solo_conversions, 0) as bigint) as solo_conversions,
    cast(coalesce(influence.first_conversions, 0) as bigint) as first_conversions,
    cast(coalesce(influence.assist_conversions, 0) as bigint) as assist_conversions,
    cast(coalesce(influence.last_conversions, 0) as bigint) as last_conversions,
    cast(influence.median_hours as double) as median_hours,
    case
        when has_last_touch.has_last_touch
            then cast(coalesce(earned.last_touch_conversions, 0) as double)
    end as last_touch_conversions,
    cast(spend.spend_cny as decimal(18, 4)) as spend_cny,
    cast(spend.impressions as bigint) as impressions,
    cast(spend.clicks as bigint) as clicks,
    lookbacks.is_default_lookback,
    coalesce(influence.is_settled, true)
    and (
        not {{ cell_is_touch_date('cells.cell_key') }}
        or {{ add_days(cell_date('cells.cell_key'), 'lookbacks.lookback_days') }}
        <= as_of.as_of_date
    ) as is_mature
from cells
cross join as_of
cross join has_last_touch
inner join lookbacks on {{ cell_lookback('cells.cell_key') }} = lookbacks.lookback_days
left join {{ ref('int_attribution__channels') }} as channels
    on {{ cell_channel('cells.cell_key') }} = channels.channel_number
{% if by_campaign -%}
    left join {{ ref('int_attribution__campaigns') }} as campaigns
        on cells.campaign_key = campaigns.campaign_key
{% endif -%}
left join earned on {{ same_cell('cells', 'earned', by_campaign) }}
left join influence on {{ same_cell('cells', 'influence', by_campaign) }}
left join spend on {{ same_cell('cells', 'spend', by_campaign) }}
{% endmacro %}

{#- Sums of a relation by cell, and again of the orders of all types. -#}
{% macro with_all_orders(relation, sums, by_campaign) -%}
    select
        {{ cell_columns(by_campaign) | join(', ') }},
        {{ sums }}
    from {{ relation }}
    group by {{ cell_columns(by_campaign) | join(', ') }}
    union all
    select
        {{ all_orders_cell() }} as cell_key,
        {{ 'campaign_key,' if by_campaign }}
        {{ sums }}
    from {{ relation }}
    where {{ is_order() }}
    group by {{ all_orders_cell() }}{{ ', campaign_key' if by_campaign }}
{%- endmacro %}

{% macro earned_sums() -%}
    sum(last_touch_conversions) as last_touch_conversions,
    sum(undivided_conversions) as undivided_conversions,
    sum(undivided_revenue_cny) as undivided_revenue_cny
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

{#- The row of conversions that nothing led to, channel 0, shows them all as its own. -#}
{% macro whole_where_no_touch(whole, influenced) -%}
    coalesce(
        case
            when {{ cell_channel('cells.cell_key') }} = 0 then {{ whole }} else {{ influenced }}
        end,
        0
    )
{%- endmacro %}

{#- The name and domain of a channel number, with `channels` joined; none is no touch at all. -#}
{% macro channel_name() -%}
    coalesce(channels.channel, {{ channel_unattributed() }})
{%- endmacro %}
{% macro channel_domain() -%}
    coalesce(channels.domain, {{ channel_unattributed() }})
{%- endmacro %}
