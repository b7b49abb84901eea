{% test mapped_in_seed(
    model, columns, seed, seed_columns=none, seed_when='true', null_as=none
) %}
    {#-
      Every value that occurs is a row of the seed. Fails with the values that are missing, and how
      often each occurs. The remedy is always the same: add a row to the seed.
      null_as: what a null is called in the seed; by default nulls are not checked.
    -#}
    {%- set seed_columns = seed_columns or columns -%}
    {%- set values = [] -%}
    {%- for column in columns -%}
        {%- do values.append("coalesce(" ~ column ~ ", '" ~ null_as ~ "')" if null_as else column) -%}
    {%- endfor -%}
    with delivered as (

        select
            {% for value in values -%}
                {{ value }} as value_{{ loop.index }},
            {% endfor -%}
            count(*) as rows_affected
        from {{ model }}
        where {{ 'true' if null_as else columns | join(' is not null and ') ~ ' is not null' }}
        group by {{ values | join(', ') }}

    ),

    mapped as (

        select * from {{ seed }}
        where {{ seed_when }}

    )

    select
        delivered.*,
        'add a row for this value to seeds/{{ seed.identifier }}.csv' as remedy
    from delivered
    left join mapped
        on
            {% for column in seed_columns -%}
                delivered.value_{{ loop.index }} = mapped.{{ column }}
                {% if not loop.last %}and{% endif %}
            {% endfor %}
    where mapped.{{ seed_columns[0] }} is null
{% endtest %}
