{% test primary_key(model, columns) %}
    {#-
      The columns together name one row: no two rows share their values, and none of them is null.
      Fails with the values that several rows share or that hold a null, and how often each occurs.
    -#}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {{ columns | join(' is null or ') }} is null
{% endtest %}
