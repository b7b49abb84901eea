"""The tables and views that are published, of the warehouse or of a version."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.publishing.manifest import Column

PUBLISHED_SCHEMAS = ("customer_center", "marts")
UNFINISHED_SUFFIXES = ("__dbt_tmp", "__dbt_backup")
"""A killed dbt run leaves relations with these names in the schema of their model."""


@dataclass(frozen=True)
class Relation:
    """One table or view that is published."""

    schema: str
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    column_comments: dict[str, str]
    view: str | None
    """The statement that makes it, if it reads published tables alone; else None."""

    @property
    def key(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.name}"

    def path(self, catalog: str) -> str:
        """Its quoted name in a database."""
        return ".".join(quote(part) for part in (catalog, self.schema, self.name))


def published_relations(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[Relation]:
    """What is published of an attached database, by name."""
    columns = connection.execute(
        """
        select schema_name, table_name, column_name, data_type, comment
        from duckdb_columns()
        where database_name = $2 and list_contains($1, schema_name)
        order by schema_name, table_name, column_index
        """,
        [list(PUBLISHED_SCHEMAS), catalog],
    ).fetchall()
    relations = connection.execute(
        """
        select schema_name, table_name, comment, null from duckdb_tables()
        where database_name = $2 and list_contains($1, schema_name)
        union all
        select schema_name, view_name, comment, sql from duckdb_views()
        where database_name = $2 and list_contains($1, schema_name)
        order by 1, 2
        """,
        [list(PUBLISHED_SCHEMAS), catalog],
    ).fetchall()
    tables = {f"{schema}.{name}" for schema, name, _, view in relations if not view}
    return [
        Relation(
            schema=schema,
            name=name,
            comment=comment,
            columns=tuple(
                Column(name=row[2], type=row[3]) for row in columns if row[:2] == (schema, name)
            ),
            column_comments={
                row[2]: row[4] for row in columns if row[:2] == (schema, name) and row[4]
            },
            view=view if view and _reads(connection, view) <= tables else None,
        )
        for schema, name, comment, view in relations
        if not name.endswith(UNFINISHED_SUFFIXES)
    ]


def quote(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def _reads(connection: duckdb.DuckDBPyConnection, view: str) -> set[str]:
    """What a view reads, as `schema.table`; a name without a schema is one of its own CTEs."""
    _, _, select = view.partition(" AS ")
    rows = connection.execute(
        """
        select value ->> 'schema_name' || '.' || (value ->> 'table_name')
        from json_tree(json_serialize_sql($1))
        where type = 'OBJECT' and value ->> 'type' = 'BASE_TABLE'
            and value ->> 'schema_name' <> ''
        """,
        [select],
    ).fetchall()
    return {name for (name,) in rows}
