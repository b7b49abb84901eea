{#-
  Everything that DuckDB and Spark write differently, and nothing else. Models are written in the
  subset that both understand and call these for the rest.
-#}

{#-
  dbt's threads share the cores: each model takes its part of them instead of all, which costs a
  sixth of the CPU time of all models (docs/decisions.md).
-#}
{% macro share_cores() -%}
    {{ return(adapter.dispatch('share_cores')()) }}
{%- endmacro %}
{% macro duckdb__share_cores() -%}
    reset threads;
    set threads = greatest(1, current_setting('threads') // {{ target.threads }})
{%- endmacro %}
{% macro spark__share_cores() -%}
{%- endmacro %}

{% macro days_between(start_date, end_date) -%}
    {{ return(adapter.dispatch('days_between')(start_date, end_date)) }}
{%- endmacro %}
{% macro duckdb__days_between(start_date, end_date) -%}
    date_diff('day', {{ start_date }}, {{ end_date }})
{%- endmacro %}
{% macro spark__days_between(start_date, end_date) -%}
    datediff({{ end_date }}, {{ start_date }})
{%- endmacro %}

{% macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days')(date, days)) }}
{%- endmacro %}
{% macro duckdb__add_days(date, days) -%}
    ({{ date }} + cast({{ days }} as integer))
{%- endmacro %}
{% macro spark__add_days(date, days) -%}
    date_add({{ date }}, cast({{ days }} as integer))
{%- endmacro %}

{% macro add_months(date, months) -%}
    {{ return(adapter.dispatch('add_months')(date, months)) }}
{%- endmacro %}
{% macro duckdb__add_months(date, months) -%}
    cast({{ date }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}
{% macro spark__add_months(date, months) -%}
    add_months({{ date }}, cast({{ months }} as integer))
{%- endmacro %}

{% macro seconds_between(start_at, end_at) -%}
    {{ return(adapter.dispatch('seconds_between')(start_at, end_at)) }}
{%- endmacro %}
{% macro duckdb__seconds_between(start_at, end_at) -%}
    (epoch({{ end_at }}) - epoch({{ start_at }}))
{%- endmacro %}
{% macro spark__seconds_between(start_at, end_at) -%}
    (cast({{ end_at }} as double) - cast({{ start_at }} as double))
{%- endmacro %}

{#- The distinct values of a group as one sorted text; null when there are none. -#}
{% macro distinct_values(value) -%}
    {{ return(adapter.dispatch('distinct_values')(value)) }}
{%- endmacro %}
{% macro duckdb__distinct_values(value) -%}
    array_to_string(list_sort(list(distinct {{ value }}) filter (where {{ value }} <> '')), ', ')
{%- endmacro %}
{% macro spark__distinct_values(value) -%}
    nullif(concat_ws(', ', array_sort(collect_set({{ value }}) filter (where {{ value }} <> ''))), '')
{%- endmacro %}

{#- Values of a group that differ anyway, as one sorted text: cheaper; null when there are none. -#}
{% macro sorted_values(value, condition) -%}
    {{ return(adapter.dispatch('sorted_values')(value, condition)) }}
{%- endmacro %}
{% macro duckdb__sorted_values(value, condition) -%}
    array_to_string(list_sort(list({{ value }}) filter (where {{ condition }})), ', ')
{%- endmacro %}
{% macro spark__sorted_values(value, condition) -%}
    nullif(concat_ws(', ', array_sort(collect_list({{ value }}) filter (where {{ condition }}))), '')
{%- endmacro %}

{#- 1 shifted left: the whole number whose only bit is that one. -#}
{% macro bit(number) -%}
    {{ return(adapter.dispatch('bit')(number)) }}
{%- endmacro %}
{% macro duckdb__bit(number) -%}
    (cast(1 as bigint) << cast({{ number }} as integer))
{%- endmacro %}
{% macro spark__bit(number) -%}
    shiftleft(cast(1 as bigint), cast({{ number }} as integer))
{%- endmacro %}

{#- The values of a group as one text in the order of a number, ' > ' between them. -#}
{% macro joined_in_order(value, number) -%}
    {{ return(adapter.dispatch('joined_in_order')(value, number)) }}
{%- endmacro %}
{% macro duckdb__joined_in_order(value, number) -%}
    array_to_string(list({{ value }} order by {{ number }} asc nulls last), ' > ')
{%- endmacro %}
{% macro spark__joined_in_order(value, number) -%}
    array_join(
        transform(array_sort(collect_list(struct({{ number }}, {{ value }}))), pair -> pair.col2),
        ' > '
    )
{%- endmacro %}

{#- A whole number of 60 bits that stands for a text. -#}
{% macro text_number(text) -%}
    {{ return(adapter.dispatch('text_number')(text)) }}
{%- endmacro %}
{% macro duckdb__text_number(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 15) as bigint)
{%- endmacro %}
{% macro spark__text_number(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}

{#- A whole number of 64 bits that stands for several values together, equal for equal ones. -#}
{% macro values_hash(columns) -%}
    {{ return(adapter.dispatch('values_hash')(columns)) }}
{%- endmacro %}
{% macro duckdb__values_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}
{% macro spark__values_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{#- Two values as one that sorts by the first and then by the second: an order without ties. -#}
{% macro ordered_pair(first, second) -%}
    {{ return(adapter.dispatch('ordered_pair')(first, second)) }}
{%- endmacro %}
{% macro duckdb__ordered_pair(first, second) -%}
    row({{ first }}, {{ second }})
{%- endmacro %}
{% macro spark__ordered_pair(first, second) -%}
    named_struct('first_value', {{ first }}, 'second_value', {{ second }})
{%- endmacro %}

{#- The first or the second value, 1 or 2, of an ordered pair. -#}
{% macro of_pair(pair, number) -%}
    {{ return(adapter.dispatch('of_pair')(pair, number)) }}
{%- endmacro %}
{% macro duckdb__of_pair(pair, number) -%}
    struct_extract({{ pair }}, {{ number }})
{%- endmacro %}
{% macro spark__of_pair(pair, number) -%}
    {{ pair }}.{{ ['first_value', 'second_value'][number - 1] }}
{%- endmacro %}
