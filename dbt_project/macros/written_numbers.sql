{#- A number as people write it into a sentence: 30, not 30.0; at most three decimals. -#}
{% macro written_number(value) -%}
    case
        when {{ value }} = floor({{ value }}) then cast(cast({{ value }} as bigint) as string)
        else cast(round({{ value }}, 3) as string)
    end
{%- endmacro %}
