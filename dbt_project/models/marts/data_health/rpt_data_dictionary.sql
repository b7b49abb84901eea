-- Written from the models' own texts, so that whoever reads a published version, and every tool
-- that shows it, has the names and definitions that belong to it.
with described as (

    {{ data_dictionary() }}

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
from described
