{#- How many texts a cell joins with semicolons: 'a;b' joins two. -#}
{% macro joined_texts(cell) -%}
    length({{ cell }}) - length(replace({{ cell }}, ';', '')) + 1
{%- endmacro %}

{#- The text with that number (from 1) of a cell that joins as many; any other cell as it is. -#}
{% macro joined_text(cell, texts, number) -%}
    case
        when {{ joined_texts(cell) }} = {{ texts }}
            then trim(split_part({{ cell }}, ';', cast({{ number }} as integer)))
        else {{ cell }}
    end
{%- endmacro %}

{#-
  One of several parts of a sum that a file does not break down: equal parts of so many decimals,
  and the first part takes what is left over, so that the parts add up to the sum.
-#}
{% macro part_of_sum(total, parts, number, decimals) -%}
    {%- set scale, unit = ('100', '0.01') if decimals == 2 else ('1', '1') -%}
    {%- set share = 'floor(' ~ total ~ ' * ' ~ scale ~ ' / ' ~ parts ~ ')' -%}
    {%- set share = 'cast(' ~ share ~ ' as bigint) * ' ~ unit -%}
    case when {{ number }} = 1 then {{ total }} - ({{ parts }} - 1) * {{ share }} else {{ share }} end
{%- endmacro %}
