{#-
  A cell of the attribution reports, basis, day, look-back, channel and conversion type, as one
  whole number: it is quicker to group and to join by than five columns, and the same in every
  refresh. Its digits from the right: one for the type, three for the channel, four for the
  look-back; what is left is twice the days since the year 1, which no mistyped day is before, and
  one more where they are days of touches.
-#}
{% macro first_cell_day() -%} date '0001-01-01' {%- endmacro %}
{% macro cell_key(is_touch_date, day, lookback_days, channel_number, conversion_type) -%}
    (
        (
            2 * {{ days_between(first_cell_day(), day) }}
            + case when {{ is_touch_date }} then 1 else 0 end
        ) * 100000000
        + {{ lookback_days }} * 10000
        + coalesce({{ channel_number }}, 0) * 10
        + case {{ conversion_type }}
            {%- for type in conversion_types() %}
            when '{{ type }}' then {{ loop.index0 }}
            {%- endfor %}
        end
    )
{%- endmacro %}

{#- Types by their digit. The row of all orders counts those of every type; leads are none. -#}
{% macro conversion_types() -%}
    {{ return(['all_orders', 'first_order', 'repeat_order', 'guest_order', 'lead']) }}
{%- endmacro %}
{% macro all_orders() -%} '{{ conversion_types()[0] }}' {%- endmacro %}

{#- The day that credit is booked on, by basis: is_touch_date. -#}
{% macro bases() -%}
    {{ return([('false', 'converted_date'), ('true', 'touched_date')]) }}
{%- endmacro %}

{#- The cell of a touch of int_attribution__paths in each basis: cell_of_converted_date and so on. -#}
{% macro cells_of_touch(paths) -%}
    {%- for is_touch_date, day in bases() %}
    {{ cell_key(
        is_touch_date, paths ~ '.' ~ day, paths ~ '.lookback_days', paths ~ '.channel_number',
        paths ~ '.conversion_type'
    ) }} as cell_of_{{ day }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- What a key says. -#}
{% macro cell_type(key='cell_key') -%}
    case {{ key }} % 10
        {%- for type in conversion_types() %} when {{ loop.index0 }} then '{{ type }}'{% endfor %}
    end
{%- endmacro %}
{% macro cell_channel(key='cell_key') -%} {{ cell_digits(key, 10) }} % 1000 {%- endmacro %}
{% macro cell_lookback(key='cell_key') -%} {{ cell_digits(key, 10000) }} % 10000 {%- endmacro %}
{% macro cell_is_touch_date(key='cell_key') -%}
    {{ cell_digits(key, 100000000) }} % 2 = 1
{%- endmacro %}
{% macro cell_date(key='cell_key') -%}
    {{ add_days(first_cell_day(), cell_digits(key, 200000000)) }}
{%- endmacro %}
{% macro cell_digits(key, place) -%} cast(floor({{ key }} / {{ place }}) as bigint) {%- endmacro %}

{#- Whether a cell is of one type: by its name. -#}
{% macro is_of_type(type, key='cell_key') -%}
    {{ key }} % 10 = {{ conversion_types().index(type) }}
{%- endmacro %}
{% macro is_order(key='cell_key') -%} not {{ is_of_type('lead', key) }} {%- endmacro %}

{#- The cell of all orders beside that of a type; the same for all channels of its day. -#}
{% macro all_orders_cell(key='cell_key') -%} {{ key }} - {{ key }} % 10 {%- endmacro %}
{% macro day_cell(key='cell_key') -%} {{ key }} - {{ cell_channel(key) }} * 10 {%- endmacro %}

{#- The columns that name a cell of a report: by channel, or by channel and campaign. -#}
{% macro cell_columns(by_campaign) -%}
    {{ return(['cell_key', 'campaign_key'] if by_campaign else ['cell_key']) }}
{%- endmacro %}
{% macro same_cell(one, other, by_campaign) -%}
    {%- for column in cell_columns(by_campaign) -%}
        {{ 'and ' if not loop.first }}{{ one }}.{{ column }} = {{ other }}.{{ column }}
        {{- ' ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The look-backs of a report; by campaign that of the profile, unless the setting wants all. -#}
{% macro cell_lookbacks(by_campaign) -%}
    select * from {{ ref('int_attribution__lookbacks') }}
    {% if by_campaign and var('attribution_detail_lookbacks', 'default') != 'all' -%}
        where is_default_lookback
    {%- endif %}
{%- endmacro %}

{#-
  Credit and money that went back by cell and model, over `lookbacks`; without a model what all of
  them credit alike. Days of touches know no cash view.
-#}
{% macro cell_credit(by_campaign) -%}
    select
        {{ cell_columns(by_campaign) | join(', ') }},
        model_number,
        conversions,
        conversions_gross,
        revenue_gross_cny,
        refund_cny,
        case
            when not {{ cell_is_touch_date() }} then cast(0 as decimal(18, 4))
        end as refund_cash_cny
    from {{ ref('int_attribution__daily') }}
    where {{ cell_lookback() }} in (select lookbacks.lookback_days from lookbacks)
    union all
    select
        {{ cell_key('false', 'refund_date', 'lookback_days', 'channel_number', 'conversion_type') }}
            as cell_key,
        {{ 'coalesce(campaign_key, 0) as campaign_key,' if by_campaign }}
        model_number,
        0 as conversions,
        0 as conversions_gross,
        0 as revenue_gross_cny,
        0 as refund_cny,
        cast(refund_cash_cny as decimal(18, 4)) as refund_cash_cny
    from {{ ref('int_attribution__refunds') }}
    where lookback_days in (select lookbacks.lookback_days from lookbacks)
{%- endmacro %}

{#-
  Spend by cell, over `lookbacks`: with the orders of all types, once in every basis and look-back.
-#}
{% macro cell_spend(by_campaign) -%}
    select
        {{ cell_key(
            'bases.is_touch_date', 'spend.spend_date', 'lookbacks.lookback_days',
            'spend.channel_number', all_orders()
        ) }} as cell_key,
        {{ 'spend.campaign_key,' if by_campaign }}
        bases.is_touch_date,
        spend.spend_cny,
        spend.impressions,
        spend.clicks
    from {{ ref('int_attribution__spend') }} as spend
    cross join lookbacks
    cross join (select false as is_touch_date union all select true as is_touch_date) as bases
{%- endmacro %}
