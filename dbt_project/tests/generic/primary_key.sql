{% test primary_key(model, columns) %}
    {#-
      The columns together name one row: no two rows share their values, and none of them is null.
      Fails with the values that several rows share or that hold a null, and how often each occurs.

      Rows are first grouped by a number that stands for the values, a third less work than by the
      values: rows of one key always meet in it. Only rows that met, which keys of their own may do
      by chance, are grouped by their values.
    -#}
    with met as (

        select {{ values_hash(columns) }} as values_hash
        from {{ model }}
        group by {{ values_hash(columns) }}
        having count(*) > 1 {% for column in columns %}or count({{ column }}) < count(*) {% endfor %}

    )

    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    where {{ values_hash(columns) }} in (select met.values_hash from met)
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {{ columns | join(' is null or ') }} is null
{% endtest %}
