{% test never_null(model, columns) %}
    {#- Each of the columns has a value in every row. Fails with the rows that lack one. -#}
    select *
    from {{ model }}
    where {{ columns | join(' is null or ') }} is null
{% endtest %}
