{#- The row a null channel is shown in, and the row of a conversion without any touch. -#}
{% macro channel_none() -%} '(none)' {%- endmacro %}
{% macro channel_unattributed() -%} '(unattributed)' {%- endmacro %}
