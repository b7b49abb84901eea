{#-
  The rows of a raw table that hold now. Exports are overlapping snapshots: every delivered file
  is kept, and the newest export wins, never the newest row.
  relation: a source or a CTE. key: columns or expressions that name one thing (nulls are equal).
  unit 'row': one row per key, the newest. unit 'group': every row of the newest file that holds
  the key, so that a line that is gone from an order is gone here too.
  condition: which rows take part at all; default all.
  In an increment of an incremental model: only keys that new files name, if `relation` is a source.

  The newest number of every key is found first, over its columns alone: a window would sort whole
  rows, of which most are old versions.
-#}
{% macro latest_snapshot(relation, key, unit, condition='true') -%}
    {%- if unit not in ['row', 'group'] -%}
        {{ exceptions.raise_compiler_error("latest_snapshot: unit is 'row' or 'group', not '" ~ unit ~ "'") }}
    {%- endif -%}
    {%- set delivered -%}
        {{ relation }} as delivered
        {%- if relation is not string %}
        {{ join_keys_with_news(relation, key) }}
        {%- endif %}
        {{ join_file_numbers(relation) }}
    {%- endset -%}
    select delivered.*
    from {{ delivered }}
    {%- if unit == 'row' %}
    where
        {{ condition }}
        and {{ snapshot_number() }} in (
            select max({{ snapshot_number() }})
            from {{ delivered }}
            where {{ condition }}
            group by {{ key | join(', ') }}
        )
    {%- else %}
    inner join (
        select
            {%- for column in key %}
            {{ column }} as newest_key_{{ loop.index }},
            {%- endfor %}
            max(files.file_number) as newest_file_number
        from {{ delivered }}
        where {{ condition }}
        group by {{ key | join(', ') }}
    ) as newest
        on
            files.file_number = newest.newest_file_number
            {%- for column in key %}
            and {{ column }} is not distinct from newest.newest_key_{{ loop.index }}
            {%- endfor %}
    where {{ condition }}
    {%- endif %}
{%- endmacro %}

{#- Joined to `delivered`, rows of a raw table: the files in the order of their exports, from 1. -#}
{% macro join_file_numbers(relation) -%}
    inner join (
        select
            _file_id as numbered_file_id,
            _exported_at as numbered_exported_at,
            row_number() over (
                order by _exported_at asc nulls first, _file_id asc nulls first
            ) as file_number
        from (select distinct _file_id, _exported_at from {{ relation }}) as delivered_files
    ) as files
        on
            _file_id is not distinct from files.numbered_file_id
            and _exported_at is not distinct from files.numbered_exported_at
{%- endmacro %}

{#- With join_file_numbers: a whole number for each row of a raw table, the newest highest. -#}
{% macro snapshot_number() -%}
    (files.file_number * 10000000000 + coalesce(_line_number, 0))
{%- endmacro %}

{#-
  Rows of a staging model that keeps every delivery, with a number each, `delivery_number`, the
  newest highest. The newest row of every key is found over its columns and this number alone.
-#}
{% macro numbered_deliveries(relation) -%}
    select
        delivered.*,
        files.file_number * 10000000000 + coalesce(delivered.line_number, 0) as delivery_number
    from {{ relation }} as delivered
    inner join (
        select
            file_id as numbered_file_id,
            exported_at as numbered_exported_at,
            row_number() over (
                order by exported_at asc nulls first, file_id asc nulls first
            ) as file_number
        from (select distinct file_id, exported_at from {{ relation }}) as delivered_files
    ) as files
        on
            delivered.file_id is not distinct from files.numbered_file_id
            and delivered.exported_at is not distinct from files.numbered_exported_at
{%- endmacro %}
