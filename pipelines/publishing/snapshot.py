"""Copies the published schemas of the warehouse into one verified DuckDB file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.publishing.errors import PublishError
from pipelines.publishing.manifest import Column, Table

PUBLISHED_SCHEMAS = ("customer_center", "marts")
STORAGE_VERSION = "v1.0.0"
"""Oldest storage format that this DuckDB still writes, so that older clients can read it."""
UNFINISHED_SUFFIXES = ("__dbt_tmp", "__dbt_backup")
"""A killed dbt run leaves relations with these names in the schema of their model."""


@dataclass(frozen=True)
class _Relation:
    schema: str
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    column_comments: dict[str, str]
    view: str | None
    """The statement that makes it, if it reads published tables alone; else None."""

    @property
    def key(self) -> str:
        return f"{self.schema}.{self.name}"

    def path(self, catalog: str) -> str:
        return ".".join(_quote(part) for part in (catalog, self.schema, self.name))

    def measure(self, connection: duckdb.DuckDBPyConnection, path: str) -> tuple[int, str | None]:
        """Rows and checksum; of a view rows alone, as its tables have checksums."""
        if self.view is None:
            return _measure(connection, path)
        [(rows,)] = connection.execute(f"select count(*) from {path}").fetchall()
        return rows, None


def write_snapshot(warehouse: Path, target: Path) -> dict[str, Table]:
    """Copy every table and view of the published schemas of `warehouse` into the new `target`.

    A view of published tables alone stays a view, another becomes a table. Comments are kept,
    constraints are not: the copy is never written again. All tables are read in one transaction,
    and the finished file is verified against it, by row count and content checksum, a view of
    verified tables by row count alone.

    Returns what was copied, by `schema.table`. Raises PublishError when there is nothing to
    copy or when a table of the file differs from its source.
    """
    if not warehouse.exists():
        raise PublishError(f"there is no warehouse at {warehouse}; remedy: make run")
    # No configuration: other connections of this process to the warehouse must stay possible.
    connection = duckdb.connect(str(warehouse))
    try:
        relations = _published_relations(connection)
        if not relations:
            raise PublishError(
                f"the schemas {' and '.join(PUBLISHED_SCHEMAS)} hold no table; remedy: make run"
            )
        tables = _copy(connection, relations, target)
        _verify(connection, relations, tables, target)
        return tables
    finally:
        connection.close()


def _published_relations(connection: duckdb.DuckDBPyConnection) -> list[_Relation]:
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
        _Relation(
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


def _copy(
    connection: duckdb.DuckDBPyConnection, relations: list[_Relation], target: Path
) -> dict[str, Table]:
    [(catalog,)] = connection.execute("select current_database()").fetchall()
    connection.execute(
        f"attach {_literal(str(target))} as snapshot (storage_version '{STORAGE_VERSION}')"
    )
    tables = {}
    connection.begin()
    # What a view names without a catalog must be found in the snapshot, not in the warehouse.
    connection.execute("use snapshot")
    for schema in PUBLISHED_SCHEMAS:
        connection.execute(f"create schema {_quote(schema)}")
    for relation in sorted(relations, key=lambda each: each.view is not None):
        source, copy = relation.path(catalog), relation.path("snapshot")
        connection.execute(relation.view or f"create table {copy} as select * from {source}")
        _copy_comments(connection, relation, copy)
        rows, checksum = relation.measure(connection, source)
        tables[relation.key] = Table(rows=rows, checksum=checksum, columns=relation.columns)
    connection.commit()
    connection.execute("checkpoint snapshot")
    connection.execute(f"use {_quote(catalog)}")
    connection.execute("detach snapshot")
    return {relation.key: tables[relation.key] for relation in relations}


def _copy_comments(connection: duckdb.DuckDBPyConnection, relation: _Relation, copy: str) -> None:
    if relation.comment:
        kind = "view" if relation.view else "table"
        connection.execute(f"comment on {kind} {copy} is {_literal(relation.comment)}")
    for column, comment in relation.column_comments.items():
        connection.execute(f"comment on column {copy}.{_quote(column)} is {_literal(comment)}")


def _verify(
    connection: duckdb.DuckDBPyConnection,
    relations: list[_Relation],
    tables: dict[str, Table],
    target: Path,
) -> None:
    connection.execute(f"attach {_literal(str(target))} as snapshot (read_only)")
    for relation in relations:
        expected = tables[relation.key]
        rows, checksum = relation.measure(connection, relation.path("snapshot"))
        if (rows, checksum) != (expected.rows, expected.checksum):
            raise PublishError(
                f"{relation.key} differs after the copy: {expected.rows} rows with checksum "
                f"{expected.checksum} in the warehouse, {rows} with {checksum} in the snapshot; "
                "nothing was published"
            )
    connection.execute("detach snapshot")


def _measure(connection: duckdb.DuckDBPyConnection, path: str) -> tuple[int, str]:
    # hash() costs a fifteenth of md5. It is never a key here: it only compares two readings of
    # one table by one engine, where a collision would have to imitate the damage.
    [(rows, checksum)] = connection.execute(
        f"select count(*), coalesce(sum(hash(whole_row)), 0)::varchar from {path} as whole_row"
    ).fetchall()
    return rows, checksum


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
