{#- The calendar day in Asia/Shanghai (UTC+8, no summer time) of a naive UTC timestamp. -#}
{% macro local_date(timestamp_utc) -%}
    cast({{ timestamp_utc }} + interval 8 hour as date)
{%- endmacro %}

{#- Calendar months from one date's month to another's: 0 within the same month. -#}
{% macro months_between(start_date, end_date) -%}
    ((year({{ end_date }}) - year({{ start_date }})) * 12 + month({{ end_date }}) - month({{ start_date }}))
{%- endmacro %}

{#- The moment, naive UTC, at which a local day ends. -#}
{% macro end_of_local_day(date) -%}
    cast({{ date }} as timestamp) + interval 16 hour
{%- endmacro %}
