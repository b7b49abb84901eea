-- Written from the models' own texts, so that whoever reads a published version, and every tool
-- that shows it, has the names and definitions that belong to it.
with as_of as (

    select as_of_date from {{ ref('int_calendar__as_of') }}

),

described_tables as (

    {{ data_dictionary_tables() }}

),

described_columns as (

    {{ data_dictionary_columns() }}

)

select
    as_of.as_of_date,
    described_tables.table_schema,
    described_tables.table_name,
    described_columns.column_name,
    described_columns.data_type,
    described_columns.label_zh,
    described_columns.description,
    described_tables.table_description,
    described_tables.owner,
    cast(described_columns.column_position as integer) as column_position,
    described_columns.is_personal
from described_columns
inner join described_tables on described_columns.table_name = described_tables.table_name
cross join as_of
