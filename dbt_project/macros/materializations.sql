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

{#
  meta `distinct_texts`: the columns of text in which nearly every row says something else. They are
  stored as they are: to compress them, DuckDB looks for repetitions that are not there.
#}
{% macro replacing_table(relation, sql) %}
  {%- if config.get('contract').enforced -%}
    create or replace table {{ relation }} {{ columns_of_contract() }};
    insert into {{ relation }} {{ get_column_names() }} (
      {{ get_select_subquery(sql) }}
    );
  {%- elif config.get('meta', {}).get('distinct_texts') -%}
    create or replace table {{ relation }} {{ columns_of_query(sql) }};
    insert into {{ relation }} (
      {{ sql }}
    );
  {%- else -%}
    create or replace table {{ relation }} as (
      {{ sql }}
    );
  {%- endif -%}
{% endmacro %}

{% macro stored_type(column, type) -%}
  {{ type }}{{ ' using compression uncompressed' if column in config.get('meta', {}).get('distinct_texts', []) }}
{%- endmacro %}

{% macro columns_of_query(sql) -%}
  {%- set columns = [] -%}
  {%- for column in run_query('describe select * from (' ~ sql ~ ')').rows -%}
    {%- do columns.append(column[0] ~ ' ' ~ stored_type(column[0], column[1])) -%}
  {%- endfor -%}
  ({{ columns | join(', ') }})
{%- endmacro %}

{# The contract's columns; a primary key is only said to be there: DuckDB would keep an index of every
   row for it, which nothing reads, and the test `primary_key` asks the same on every engine. #}
{% macro columns_of_contract() -%}
  {%- set columns = {} -%}
  {%- for name, column in model['columns'].items() -%}
    {%- set kept = column['constraints'] | rejectattr('type', 'equalto', 'primary_key') | list -%}
    {%- if kept | length < column['constraints'] | length -%}
      {%- set kept = kept | rejectattr('type', 'equalto', 'not_null') | list + [{'type': 'not_null'}] -%}
    {%- endif -%}
    {%- set type = stored_type(name, column['data_type']) -%}
    {%- do columns.update({name: dict(column, data_type=type, constraints=kept)}) -%}
  {%- endfor -%}
  ({{ adapter.render_raw_columns_constraints(raw_columns=columns) | join(', ') }})
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
