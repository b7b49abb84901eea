{# Rows of the data dictionary: one per column of a model that is published, in the order of the
   models' YAML. `graph` is empty while dbt parses. #}
{% macro data_dictionary_rows() -%}
    {%- set rows = [] -%}
    {%- if execute -%}
        {%- set published = [] -%}
        {%- for node in graph.nodes.values()
                if node.resource_type == 'model' and node.schema in ['customer_center', 'marts'] -%}
            {%- do published.append(node) -%}
        {%- endfor -%}
        {%- for node in published | sort(attribute='unique_id') -%}
            {%- for column in node.columns.values() -%}
                {%- do rows.append([
                    node.schema,
                    node.name,
                    node.description,
                    node.config.meta.get('owner'),
                    column.name,
                    loop.index,
                    column.data_type,
                    column.description,
                    column.meta.get('label_zh'),
                    column.meta.get('is_personal', false)
                ]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(rows or [[none] * 10]) }}
{%- endmacro %}

{# The data dictionary as one SELECT. #}
{% macro data_dictionary() -%}
    select * from (
        values
        {%- for row in data_dictionary_rows() %}
        (
            {%- for value in row %}{{ sql_literal(value) }}{{ ", " if not loop.last }}{% endfor -%}
        ){{ "," if not loop.last }}
        {%- endfor %}
    ) as listed (
        table_schema, table_name, table_description, owner, column_name, column_position, data_type,
        description, label_zh, is_personal
    )
{%- endmacro %}

{# A Python value as SQL. #}
{% macro sql_literal(value) -%}
    {%- if value is none -%} null
    {%- elif value is boolean -%} {{ 'true' if value else 'false' }}
    {%- elif value is number -%} {{ value }}
    {%- else -%} '{{ value | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}
