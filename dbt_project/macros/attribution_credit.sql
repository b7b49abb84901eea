{#-
  What each model credits a cell of the attribution reports, and the whole of its day; cells of
  spend alone have nothing but a row. Models are numbers until the end.

  influence: the cells, a model of attribution_influence. by_campaign: as there.
-#}
{% macro attribution_credit(influence, by_campaign) %}
{%- set columns = cell_columns(by_campaign) | join(', ') -%}
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

lookbacks as (

    {{ cell_lookbacks(by_campaign) }}

),

models as (

    select * from {{ ref('int_attribution__models') }}

),

credit as (

    {{ cell_credit(by_campaign) }}

),

by_type as (

    select
        {{ columns }},
        model_number,
        sum(conversions) as conversions,
        sum(conversions_gross) as conversions_gross,
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        sum(refund_cash_cny) as refund_cash_cny
    from (
        select * from credit
        where model_number is not null
        union all
        -- of all models alike
        select
            credit.cell_key,
            {{ 'credit.campaign_key,' if by_campaign }}
            models.model_number,
            credit.conversions,
            credit.conversions_gross,
            credit.revenue_gross_cny,
            credit.refund_cny,
            credit.refund_cash_cny
        from credit
        cross join models
        where credit.model_number is null
    ) as each_model
    group by {{ columns }}, model_number

),

with_spend as (

    select * from by_type
    union all
    select
        spend.cell_key,
        {{ 'spend.campaign_key,' if by_campaign }}
        models.model_number,
        0 as conversions,
        0 as conversions_gross,
        0 as revenue_gross_cny,
        0 as refund_cny,
        case when not spend.is_touch_date then 0 end as refund_cash_cny
    from ({{ cell_spend(by_campaign) }}) as spend
    cross join models

),

cells as (

    select
        {{ columns }},
        model_number,
        round(conversions, 12) as conversions,
        round(conversions_gross, 12) as conversions_gross,
        revenue_gross_cny,
        refund_cny,
        refund_cash_cny,
        null as first_order_conversions,
        null as lead_conversions
    from by_type
    union all
    select
        {{ columns }},
        model_number,
        round(sum(case when is_order then conversions else 0 end), 12) as conversions,
        round(sum(case when is_order then conversions_gross else 0 end), 12) as conversions_gross,
        -- leads are worth nothing by themselves
        sum(revenue_gross_cny) as revenue_gross_cny,
        sum(refund_cny) as refund_cny,
        sum(refund_cash_cny) as refund_cash_cny,
        round(sum(case when is_first_order then conversions else 0 end), 12)
            as first_order_conversions,
        round(sum(case when is_order then 0 else conversions end), 12) as lead_conversions
    from (
        select
            {{ all_orders_cell() }} as cell_key,
            {{ 'campaign_key,' if by_campaign }}
            model_number,
            conversions,
            conversions_gross,
            revenue_gross_cny,
            refund_cny,
            refund_cash_cny,
            {{ is_order() }} as is_order,
            {{ is_of_type('first_order') }} as is_first_order
        from with_spend
    ) as every_type
    group by {{ columns }}, model_number
    having bool_or(is_order)

),

-- decimals: the same in whatever order the threads add them up
days as (

    select
        {{ day_cell() }} as day_key,
        model_number,
        round(cast(sum(cast(conversions as decimal(28, 12))) as double), 9) as conversions
    from cells
    group by {{ day_cell() }}, model_number

),

immature as (

    select {{ columns }} from {{ influence }}
    where not is_mature

)

select
    as_of.as_of_date,
    cells.cell_key,
    {{ 'cells.campaign_key,' if by_campaign }}
    models.model,
    cast(cells.conversions as double) as conversions,
    cast(cells.conversions_gross as double) as conversions_gross,
    cast(days.conversions as double) as day_conversions,
    cast(cells.revenue_gross_cny as decimal(18, 4)) as revenue_gross_cny,
    cast(cells.refund_cny as decimal(18, 4)) as refund_cny,
    cast(cells.refund_cash_cny as decimal(18, 4)) as refund_cash_cny,
    cast(cells.first_order_conversions as double) as first_order_conversions,
    cast(cells.lead_conversions as double) as lead_conversions,
    immature.cell_key is null as is_mature
from cells
cross join as_of
inner join models on cells.model_number = models.model_number
inner join days
    on
        {{ day_cell('cells.cell_key') }} = days.day_key
        and cells.model_number = days.model_number
left join immature on {{ same_cell('cells', 'immature', by_campaign) }}
{% endmacro %}
