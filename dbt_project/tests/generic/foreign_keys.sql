{% test foreign_keys(model, keys) %}
    {#-
      Every value of a column is found in the table that it points to; null points nowhere. One test
      for all keys of a model. keys: a list of {column, to}, with `to_column` where the name differs
      there and `when` where only some rows point. Fails with the values that lead nowhere, and how
      often each occurs.
    -#}
    {%- set rows = model -%}
    {%- if config.get('where') and env_var('SIYU_REFRESH', 'full') == 'increment' %}
        {%- set rows = 'tested_rows' %}
    -- found once for all keys
    with tested_rows as (select * from {{ model }})
    {%- endif %}

    {% for key in keys %}
        select
            '{{ key.column }}' as column_name,
            cast(pointing.pointed as string) as value_without_row,
            pointing.rows_affected
        from (
            select
                {{ key.column }} as pointed,
                count(*) as rows_affected
            from {{ rows }}
            where {{ key.column }} is not null and {{ key.when or 'true' }}
            group by {{ key.column }}
        ) as pointing
        left join {{ key.to }} as target
            on pointing.pointed = target.{{ key.to_column or key.column }}
        where target.{{ key.to_column or key.column }} is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
{% endtest %}
