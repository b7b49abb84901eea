-- Written from the models' own texts, so that whoever reads a published version, and every tool
-- that shows it, has the names and definitions that belong to it.
with columns_of_models as (

    select * from (
        values
        {%- for row in data_dictionary_rows() %}
            (
                {%- for value in row %}
                {{ sql_literal(value) }}{{ "," if not loop.last }}
                {%- endfor %}
            ){{ "," if not loop.last }}
        {%- endfor %}
    ) as described (
        table_schema,
        table_name,
        table_description,
        owner,
        column_name,
        column_position,
        data_type,
        description,
        label_zh,
        is_personal
    )

)

select
    table_schema,
    table_name,
    column_name,
    data_type,
    label_zh,
    description,
    table_description,
    owner,
    cast(column_position as integer) as column_position,
    is_personal
from columns_of_models
