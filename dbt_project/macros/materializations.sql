{# How a model becomes a table or a view in DuckDB: `create or replace`, in one transaction. What
   dbt-duckdb ships builds beside, renames twice and drops, and each of these costs a context of
   all macros: more than a small model itself. Contracts are checked as there. #}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
  {%- if model['language'] == 'sql' -%}
    {{ return(replace_relation('table')) }}
  {%- endif -%}
  {#- dbt lets Python run from a statement of the materialization itself alone. -#}
  {%- set target = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks) }}
  {%- call statement('main', language='python') -%}
    {{ replacing_python_table(target, compiled_code) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
  {{ return(replace_relation('view')) }}
{% endmaterialization %}

{% macro replace_relation(type) %}
  {%- set target = this.incorporate(type=type) -%}
  {%- set existing = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if existing is not none and existing.type != type %}
    {{ adapter.drop_relation(existing) }}
  {%- endif %}
  {%- call statement('main') %}
    {%- if config.get('contract').enforced %}
      {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    {{ replacing_table(target, sql) if type == 'table' else replacing_view(target, sql) }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmacro %}

{% macro replacing_table(relation, sql) %}
  {%- if config.get('contract').enforced -%}
    create or replace table {{ relation }} ({{ contract_columns() }});
    insert into {{ relation }} {{ get_column_names() }} (
      {{ get_select_subquery(sql) }}
    );
  {%- else -%}
    create or replace table {{ relation }} as (
      {{ sql }}
    );
  {%- endif -%}
{% endmacro %}

{# The contract's columns. Its key is tested and not declared: DuckDB would keep an index of it. #}
{% macro contract_columns() -%}
    {%- for column in model['columns'].values() %}
        {%- set constraints = column['constraints'] | map(attribute='type') | list %}
        {{ column['name'] }} {{ column['data_type'] }}
        {{- ' not null' if 'not_null' in constraints or 'primary_key' in constraints }}
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro replacing_view(relation, sql) %}
  create or replace view {{ relation }} as (
    {{ sql }}
  );
{% endmacro %}

{# dbt-duckdb runs this text and calls `materialize` with what the model returned. #}
{% macro replacing_python_table(relation, compiled_code) %}
{{- compiled_code }}


def materialize(rows, connection):
    connection.register('{{ relation.identifier }}__rows', rows)
    connection.execute(
        'create or replace table {{ relation }} as select * from {{ relation.identifier }}__rows'
    )
    connection.unregister('{{ relation.identifier }}__rows')
{% endmacro %}
