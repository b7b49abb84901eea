{#- Days, ISO weeks and months: what an operating report is read by. -#}
{% macro report_periods() -%}
    {{ return(['day', 'week', 'month']) }}
{%- endmacro %}

{#- The first day of the period in which a day lies. -#}
{% macro report_period_start(period, date) -%}
    {%- if period == 'day' -%} {{ date }}
    {%- else -%} cast(date_trunc('{{ period }}', {{ date }}) as date)
    {%- endif -%}
{%- endmacro %}

{#- The last day of a period, by its columns calendar_period and period_start. -#}
{% macro report_period_end() -%}
    case calendar_period
        when 'day' then period_start
        when 'week' then {{ add_days('period_start', 6) }}
        when 'month' then last_day(period_start)
    end
{%- endmacro %}
