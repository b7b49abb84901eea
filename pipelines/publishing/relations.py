"""The tables and views of the warehouse that are published, and how two readings are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from pipelines.publishing.manifest import Column

PUBLISHED_SCHEMAS = ("customer_center", "marts")
UNFINISHED_SUFFIXES = ("__dbt_tmp", "__dbt_backup")
"""A killed dbt run leaves relations with these names in the schema of their model."""

_NO_TEXT = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|DATE|TIME.*|UUID"
)


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

    def measure(self, connection: duckdb.DuckDBPyConnection, path: str) -> tuple[int, str | None]:
        """Rows and checksum; of a view rows alone, as its tables have checksums."""
        if self.view is None:
            return checksum(connection, path, self.columns)
        [(rows,)] = connection.execute(f"select count(*) from {path}").fetchall()
        return rows, None


def published_relations(connection: duckdb.DuckDBPyConnection) -> list[Relation]:
    """What is published of the current database, by name."""
    columns = connection.execute(
        """
        select schema_name, table_name, column_name, data_type, comment
        from duckdb_columns()
        where database_name = current_database() and list_contains($1, schema_name)
        order by schema_name, table_name, column_index
        """,
        [list(PUBLISHED_SCHEMAS)],
    ).fetchall()
    relations = connection.execute(
        """
        select schema_name, table_name, comment, null from duckdb_tables()
        where database_name = current_database() and list_contains($1, schema_name)
        union all
        select schema_name, view_name, comment, sql from duckdb_views()
        where database_name = current_database() and list_contains($1, schema_name)
        order by 1, 2
        """,
        [list(PUBLISHED_SCHEMAS)],
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


def row_hash(columns: Iterable[Column]) -> str:
    """A number of a row, as SQL: equal for equal values, and else different.

    It compares readings of tables by one engine in one process; it is nothing to store and no key.
    DuckDB's `hash` gives texts that differ in two places the same number far more often than by
    chance (of 41,040 keys like `guide103:2026-07-01` 522 shared one), so texts and what may hold
    them go through md5 first. Numbers and times cost a fraction of that and do not need it.
    """
    parts = [
        quote(column.name)
        if _NO_TEXT.fullmatch(column.type)
        else f"md5_number({quote(column.name)}::varchar)"
        for column in columns
    ]
    return f"hash({', '.join(parts)})" if parts else "0"


def checksum(
    connection: duckdb.DuckDBPyConnection, path: str, columns: Iterable[Column]
) -> tuple[int, str]:
    """Rows of a table and the sum of their hashes, which does not depend on their order."""
    [(rows, total)] = connection.execute(
        f"select count(*), coalesce(sum({row_hash(columns)}), 0)::varchar from {path}"
    ).fetchall()
    return rows, total


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
