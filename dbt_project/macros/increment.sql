{#-
  Incremental models. A refresh is full (`--full-refresh`) or an increment; which one, and why, says
  pipelines/orchestration/increment.py, which keeps what an increment goes on from in the schema
  `increment`. An increment must leave the tables that a full refresh makes.

  incremental_strategy:
  by_difference      The select is the whole table; rows (by `unique_key`) that differ from it are
                     replaced. Always right, reads everything.
  by_key             The select is filtered to what the news touches; the rows whose `unique_key`
                     (one column or several, nulls are equal) occurs in it are replaced.
  touched_customers  The select is filtered with touched_customers_only('customer_id'); all rows of
                     these customers are replaced, also of one who has none any more.
  touched_orders     The same with touched_orders_only('order_key').
  touched_touches    The same with touched_touches_only('touch_id', 'order_key').
  touched_journeys   The same with touched_journeys_only('journey_key').

  A model of facts names under meta `touches` whom its changes touch, as expressions of its columns
  by table of the schema `increment`: {touched_customers: customer_id, touched_orders: order_key}.
  A row that comes again in a newer file and says the same touches nobody; only an order number
  (touched_order_ids) is touched by it, because orders tell which file they came from.
-#}

{% materialization incremental, adapter='duckdb' %}
  {%- if not is_incremental() -%}
    {{ return(replace_relation('table')) }}
  {%- endif -%}
  {%- set target = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- call statement('main') %}
    {{ changing_table(target, sql) }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- `is_incremental()`, which a unit test may override and which fails in one that does not. -#}
{% macro is_increment() -%}
    {%- if model.resource_type == 'unit_test' -%}
        {{ return(((model.overrides or {}).get('macros') or {}).get('is_incremental', false)) }}
    {%- endif -%}
    {{ return(is_incremental()) }}
{%- endmacro %}

{#- What only an increment reads: always in the lineage, but no input of a unit test without one. -#}
{% macro touched_relation(name) -%}
    {%- if not execute or is_increment() -%}
        {{ return(ref(name)) }}
    {%- endif -%}
{%- endmacro %}

{% macro changing_table(relation, sql) %}
  {%- set rows = relation.identifier ~ '__rows' -%}
  {%- set before = relation.identifier ~ '__before' -%}
  {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
  create or replace temp table {{ rows }} as (
    {{ sql }}
  );
  {%- if config.get('incremental_strategy') == 'by_difference' %}
  {{ only_differences(relation, rows, names) }}
  {%- endif %}
  {#- found once: by texts of millions of rows that costs more than all the rest #}
  create or replace temp table {{ before }} as
  select kept.rowid as replaced_row {%- if config.get('meta', {}).get('touches') %}, kept.* {%- endif %}
  from {{ relation }} as kept
  where {{ replaced_rows(rows) }};
  {{ note_touched(rows, before, names) }}
  delete from {{ relation }} where rowid in (select replaced_row from {{ before }});
  insert into {{ relation }} ({{ names | join(', ') }})
  select {{ names | join(', ') }} from {{ rows }}
  {%- if config.get('incremental_strategy') == 'by_difference' %} where not is_gone{% endif %};
  drop table {{ rows }};
  drop table {{ before }};
{% endmacro %}

{#- A condition on the rows `kept` of the model: they are replaced. -#}
{% macro replaced_rows(rows) -%}
  {%- set strategy = config.get('incremental_strategy') -%}
  {%- if strategy in ['by_key', 'by_difference'] -%}
    {%- set key = config.get('unique_key') -%}
    exists (
      select 1 from {{ rows }}
      where {{ same_values(rows, 'kept', [key] if key is string else key) }}
    )
  {%- elif strategy == 'touched_customers' -%}
    kept.customer_id in (select customer_id from {{ ref('int_touched__customers') }})
  {%- elif strategy == 'touched_orders' -%}
    kept.order_key in (select order_key from {{ ref('int_touched__orders') }})
  {%- elif strategy == 'touched_journeys' -%}
    kept.journey_key in (select journey_key from {{ ref('int_touched__journeys') }})
  {%- elif strategy == 'touched_touches' -%}
    kept.touch_id in (
      select touch_id from {{ ref('stg_increment__touched_touches') }}
      union all
      select touch_id from {{ rows }}
    )
    or kept.order_key in (select order_key from {{ ref('int_touched__orders') }})
  {%- else -%}
    {{ exceptions.raise_compiler_error(
        "incremental_strategy is '" ~ strategy ~ "'; write by_difference, by_key, "
        ~ "touched_customers, touched_orders, touched_journeys or touched_touches"
    ) }}
  {%- endif -%}
{%- endmacro %}

{#- Of a whole select only what the table does not hold, and, as gone, what only the table holds. -#}
{% macro only_differences(relation, rows, names) %}
  {%- set columns = names | join(', ') %}
  create or replace temp table {{ rows }} as (
    select {{ columns }}, false as is_gone
    from (select {{ columns }} from {{ rows }} except select {{ columns }} from {{ relation }})
    union all
    select {{ columns }}, true as is_gone
    from (select {{ columns }} from {{ relation }} except select {{ columns }} from {{ rows }})
  );
{% endmacro %}

{#-
  The tables of the schema `increment` that meta `touches` names take up whom the change touches:
  who stands in rows that are not the same before and after, but for where they came from.
-#}
{% macro note_touched(rows, replaced, names) %}
  {%- set touches = config.get('meta', {}).get('touches', {}) -%}
  {%- set origin = ['file_id', 'line_number', 'exported_at'] -%}
  {%- set told = names | reject('in', [] if 'touched_order_ids' in touches else origin) | join(', ') -%}
  {%- set after = 'select ' ~ told ~ ' from ' ~ rows -%}
  {%- if config.get('incremental_strategy') == 'by_difference' -%}
    {%- set after = after ~ ' where not is_gone' -%}
  {%- endif -%}
  {%- set before = 'select ' ~ told ~ ' from ' ~ replaced -%}
  {%- for table, touched in touches.items() %}
    {%- for expression in ([touched] if touched is string else touched) %}
  insert into increment.{{ table }}
  select distinct {{ expression }}
  from (
    (({{ before }}) except ({{ after }}))
    union all
    (({{ after }}) except ({{ before }}))
  );
    {%- endfor %}
  {%- endfor %}
{% endmacro %}

{% macro same_values(one, other, key) -%}
    {%- for column in key -%}
        {{ ' and ' if not loop.first }}{{ one }}.{{ column }} is not distinct from {{ other }}.{{ column }}
    {%- endfor -%}
{%- endmacro %}

{#- The files that no finished refresh has taken in, as a subquery; only in an increment. -#}
{% macro new_files() -%}
    (select file_id from increment.new_files)
{%- endmacro %}

{#-
  Joined to `delivered`, rows of a raw table: in an increment only rows whose key new files name.
  key: columns or expressions of the raw table; nulls are equal.
-#}
{% macro join_keys_with_news(relation, key) -%}
    {%- if is_increment() -%}
        inner join (
            select distinct
                {%- for column in key %}
                {{ column }} as news_key_{{ loop.index }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ relation }}
            where _file_id in {{ new_files() }}
        ) as news
            on
                {%- for column in key %}
                {{ 'and ' if not loop.first }}{{ column }} is not distinct from news.news_key_{{ loop.index }}
                {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{#- A condition: in an increment only the customers with news, else all. Call it in any case. -#}
{% macro touched_customers_only(column) -%}
    {%- set touched = touched_relation('int_touched__customers') -%}
    {%- if is_increment() -%}
        {{ column }} in (select customer_id from {{ touched }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- A condition: in an increment only the orders with news, else all. Call it in any case. -#}
{% macro touched_orders_only(column) -%}
    {%- set touched = touched_relation('int_touched__orders') -%}
    {%- if is_increment() -%}
        {{ column }} in (select order_key from {{ touched }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- A condition: in an increment only the journeys with news, else all. Call it in any case. -#}
{% macro touched_journeys_only(journey_key) -%}
    {%- set touched = touched_relation('int_touched__journeys') -%}
    {%- if is_increment() -%}
        {{ journey_key }} in (select journey_key from {{ touched }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
  A condition: in an increment only the orders of a platform of which rows were delivered anew, by
  the platform's number, else all. Call it in any case. with_identifiers: also the orders that this
  model holds of identifiers whose customer changed.
-#}
{% macro touched_order_ids_only(platform, column, with_identifiers=false) -%}
    {%- set touched = touched_relation('stg_increment__touched_order_ids') -%}
    {%- set or_of_identifiers = or_of_touched_identifiers(column) if with_identifiers -%}
    {%- if is_increment() -%}
        (
            {{ column }} in (select order_id from {{ touched }} where platform = '{{ platform }}')
            {{ or_of_identifiers }}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
  A further condition: in an increment also the rows that this model holds of identifiers whose
  customer changed. column: the model's key of these rows.
-#}
{% macro or_of_touched_identifiers(column) -%}
    {%- set touched = touched_relation('stg_increment__touched_identifiers') -%}
    {%- if is_increment() -%}
        or {{ column }} in (
            select {{ column }} from {{ this }}
            where identifier_id in (select identifier_id from {{ touched }})
        )
    {%- endif -%}
{%- endmacro %}

{#-
  A condition: in an increment only the touches that changed, of orders that did, and of identifiers
  whose customer did, else all. Call it in any case, in the model of all touches.
-#}
{% macro touched_touches_only(touch_id, order_key) -%}
    {%- set touches = touched_relation('stg_increment__touched_touches') -%}
    {%- set orders = touched_relation('int_touched__orders') -%}
    {%- set or_of_identifiers = or_of_touched_identifiers(touch_id) -%}
    {%- if is_increment() -%}
        (
            {{ touch_id }} in (select touch_id from {{ touches }})
            or {{ order_key }} in (select order_key from {{ orders }})
            {{ or_of_identifiers }}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
  A condition on rows of staging that are keyed (latest_snapshot of a source): in an increment only
  those whose newest version a new file holds, else all. Call it in any case.
-#}
{% macro from_new_files(file_id='file_id') -%}
    {%- if is_increment() -%} {{ file_id }} in {{ new_files() }} {%- else -%} true {%- endif -%}
{%- endmacro %}

{#-
  A further condition on rows of stg_douyin__orders: in an increment also orders with a sub-order
  that a case names. A row may join several sub-orders.
-#}
{% macro or_of_touched_sub_orders() -%}
    {%- set touched = touched_relation('stg_increment__touched_order_ids') -%}
    {%- if is_increment() -%}
        or main_order_id_douyin in (
            select sub_orders.main_order_id_douyin
            from {{ ref('stg_douyin__orders') }} as sub_orders
            inner join {{ touched }} as cases
                on
                    cases.platform = 'douyin sub-order'
                    and sub_orders.sub_order_id_douyin = cases.order_id
            union all
            select joined.main_order_id_douyin
            from {{ ref('stg_douyin__orders') }} as joined
            inner join {{ touched }} as cases
                on
                    cases.platform = 'douyin sub-order'
                    and contains(joined.sub_order_id_douyin, cases.order_id)
            where joined.sub_orders > 1
        )
    {%- endif -%}
{%- endmacro %}

{#-
  A condition on touches: in the tests of an increment only those that changed, and those of
  customers with news, else all. The others were tested when they changed, and whatever they are
  compared with is the same.
-#}
{% macro touches_to_test() -%}
    {%- if env_var('SIYU_REFRESH', 'full') == 'increment' -%}
        (
            touch_id in (select touch_id from increment.touched_touches)
            or order_key in (select order_key from increment.touched_orders)
            or customer_id in (select customer_id from increment.touched_customers)
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
  Conditions on rows that an increment writes by customer, by journey or by the file they came from:
  in its tests only these, else all. Rows of the others are the ones that were tested before.
-#}
{% macro customers_to_test() -%}
    {%- if env_var('SIYU_REFRESH', 'full') == 'increment' -%}
        customer_id in (select customer_id from intermediate.int_touched__customers)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{% macro journeys_to_test() -%}
    {%- if env_var('SIYU_REFRESH', 'full') == 'increment' -%}
        journey_key in (select journey_key from intermediate.int_touched__journeys)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{% macro news_to_test() -%}
    {%- if env_var('SIYU_REFRESH', 'full') == 'increment' -%}
        file_id in {{ new_files() }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- A condition on touches of the sources: those of which the table of all touches changed. -#}
{% macro sources_to_test() -%}
    {%- if env_var('SIYU_REFRESH', 'full') == 'increment' -%}
        (
            touch_id in (select touch_id from increment.touched_touches)
            or order_key in (select order_key from increment.touched_orders)
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- A test's config `where` is the macro of one of these names; any other is SQL. -#}
{% macro duckdb__get_where_subquery(relation) -%}
    {%- set rows_to_test = {
        'touches_to_test': touches_to_test,
        'customers_to_test': customers_to_test,
        'journeys_to_test': journeys_to_test,
        'news_to_test': news_to_test,
    } -%}
    {%- set where = config.get('where', '') -%}
    {%- set where = rows_to_test[where]() if where in rows_to_test else where -%}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') as tested' if where else relation) }}
{%- endmacro %}
