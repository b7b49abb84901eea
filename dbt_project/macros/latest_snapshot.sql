{#-
  The rows of a raw table that hold now. Exports are overlapping snapshots: every delivered file
  is kept, and the newest export wins, never the newest row.
  relation: a source or a CTE. key: columns or expressions that name one thing (nulls are equal).
  unit 'row': one row per key, the newest. unit 'group': every row of the newest file that holds
  the key, so that a line that is gone from an order is gone here too.
  condition: which rows take part at all; default all.
  In an increment of an incremental model: only keys that new files name, if `relation` is a source.
-#}
{% macro latest_snapshot(relation, key, unit, condition='true') -%}
    {%- if unit not in ['row', 'group'] -%}
        {{ exceptions.raise_compiler_error("latest_snapshot: unit is 'row' or 'group', not '" ~ unit ~ "'") }}
    {%- endif -%}
    select *
    from (
        select
            delivered.*,
            {{ 'row_number' if unit == 'row' else 'rank' }}() over (
                partition by {{ key | join(', ') }}
                order by
                    _exported_at desc nulls last,
                    _file_id desc nulls last
                    {%- if unit == 'row' %},
                    _line_number desc nulls last{% endif %}
            ) as _snapshot_rank
        from {{ relation }} as delivered
        {%- if relation is not string %}
            {{ join_keys_with_news(relation, key) }}
        {%- endif %}
        where {{ condition }}
    ) as ranked
    where _snapshot_rank = 1
{%- endmacro %}
