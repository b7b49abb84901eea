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

    @property
    def key(self) -> str:
        return f"{self.schema}.{self.name}"

    def path(self, catalog: str) -> str:
        return ".".join(_quote(part) for part in (catalog, self.schema, self.name))


def write_snapshot(warehouse: Path, target: Path) -> dict[str, Table]:
    """Copy every table and view of the published schemas of `warehouse` into the new `target`.

    Views become tables. Table and column comments are kept, constraints are not: the copy is
    never written again. All tables are read in one transaction, and the finished file is
    verified against it by row count and content checksum.

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
        select schema_name, table_name, comment from duckdb_tables()
        where database_name = current_database() and list_contains($1, schema_name)
        union all
        select schema_name, view_name, comment from duckdb_views()
        where database_name = current_database() and list_contains($1, schema_name)
        order by 1, 2
        """,
        [list(PUBLISHED_SCHEMAS)],
    ).fetchall()
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
        )
        for schema, name, comment in relations
        if not name.endswith(UNFINISHED_SUFFIXES)
    ]


def _copy(
    connection: duckdb.DuckDBPyConnection, relations: list[_Relation], target: Path
) -> dict[str, Table]:
    [(catalog,)] = connection.execute("select current_database()").fetchall()
    connection.execute(
        f"attach {_literal(str(target))} as snapshot (storage_version '{STORAGE_VERSION}')"
    )
    tables = {}
    connection.begin()
    for schema in PUBLISHED_SCHEMAS:
        connection.execute(f"create schema snapshot.{_quote(schema)}")
    for relation in relations:
        source, copy = relation.path(catalog), relation.path("snapshot")
        connection.execute(f"create table {copy} as select * from {source}")
        _copy_comments(connection, relation, copy)
        rows, checksum = _measure(connection, source)
        tables[relation.key] = Table(rows=rows, checksum=checksum, columns=relation.columns)
    connection.commit()
    connection.execute("checkpoint snapshot")
    connection.execute("detach snapshot")
    return tables


def _copy_comments(connection: duckdb.DuckDBPyConnection, relation: _Relation, copy: str) -> None:
    if relation.comment:
        connection.execute(f"comment on table {copy} is {_literal(relation.comment)}")
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
        rows, checksum = _measure(connection, relation.path("snapshot"))
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
