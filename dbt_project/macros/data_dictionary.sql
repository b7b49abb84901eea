{#- The models that are published, by name. `graph` is empty while dbt parses. -#}
{% macro published_models() -%}
    {%- set published = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
                if node.resource_type == 'model' and node.schema in ['customer_center', 'marts'] -%}
            {%- do published.append(node) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(published | sort(attribute='unique_id')) }}
{%- endmacro %}

{# One row per published table. #}
{% macro data_dictionary_tables() -%}
    {%- set rows = [] -%}
    {%- for node in published_models() -%}
        {%- do rows.append([node.schema, node.name, node.description, node.config.meta.get('owner')]) -%}
    {%- endfor -%}
    {{ rows_as_sql(rows, ['table_schema', 'table_name', 'table_description', 'owner']) }}
{%- endmacro %}

{# One row per column of a published table, in the order of the models' YAML. #}
{% macro data_dictionary_columns() -%}
    {%- set rows = [] -%}
    {%- for node in published_models() -%}
        {%- for column in node.columns.values() -%}
            {%- do rows.append([
                node.name,
                column.name,
                loop.index,
                column.data_type,
                column.description,
                column.meta.get('label_zh'),
                column.meta.get('is_personal', false)
            ]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{
        rows_as_sql(
            rows,
            [
                'table_name', 'column_name', 'column_position', 'data_type', 'description',
                'label_zh', 'is_personal'
            ]
        )
    }}
{%- endmacro %}

{#- Lists of Python values as one SELECT. Written in place: a macro call for each of the many
    thousand values would take longer than everything else. -#}
{% macro rows_as_sql(rows, names) -%}
    select * from (
        values
        {%- for row in rows or [[none] * names | length] %}
        (
            {%- for value in row -%}
                {%- if value is none -%} null
                {%- elif value is boolean -%} {{ value | lower }}
                {%- elif value is number -%} {{ value }}
                {%- else -%} '{{ value | replace("'", "''") }}'
                {%- endif -%}
                {{ ", " if not loop.last }}
            {%- endfor -%}
        ){{ "," if not loop.last }}
        {%- endfor %}
    ) as listed ({{ names | join(', ') }})
{%- endmacro %}
