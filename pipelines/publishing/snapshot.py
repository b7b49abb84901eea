"""Copies the published schemas of the warehouse into one verified DuckDB file."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.publishing.changes import bring_up_to_date
from pipelines.publishing.errors import CopyDiffersError, PublishError
from pipelines.publishing.manifest import Table
from pipelines.publishing.relations import (
    PUBLISHED_SCHEMAS,
    Relation,
    literal,
    published_relations,
    quote,
)

STORAGE_VERSION = "v1.0.0"
"""Oldest storage format that this DuckDB still writes, so that older clients can read it."""


@dataclass(frozen=True)
class Base:
    """A published version; a copy of its file is brought up to date."""

    database: Path
    tables: Mapping[str, Table]
    """What it holds, by `schema.table`."""
    whole: str
    """The version of which it is a changed copy, written whole; itself, if it was."""


def write_snapshot(warehouse: Path, target: Path, base: Base | None = None) -> dict[str, Table]:
    """Write every table and view of the published schemas of `warehouse` into the new `target`.

    With `base`, `target` begins as a copy of its file: tables that say the same stay, of the
    others only the rows that differ are written. Without, every table is copied.

    A view of published tables alone stays a view, another becomes a table. Comments are kept,
    constraints are not. All tables are read in one transaction, and the finished file is
    verified against it, by row count and content checksum, a view of verified tables by row
    count alone.

    Returns what the file holds, by `schema.table`. Raises PublishError when there is nothing to
    copy, CopyDiffersError when a table of the file differs from its source.
    """
    if not warehouse.exists():
        raise PublishError(f"there is no warehouse at {warehouse}; remedy: make run")
    # No configuration: other connections of this process to the warehouse must stay possible.
    connection = duckdb.connect(str(warehouse))
    try:
        relations = published_relations(connection)
        if not relations:
            raise PublishError(
                f"the schemas {' and '.join(PUBLISHED_SCHEMAS)} hold no table; remedy: make run"
            )
        if base:
            shutil.copyfile(base.database, target)
        tables = _fill(connection, relations, target, base.tables if base else {})
        _verify(connection, relations, tables, target)
        return tables
    finally:
        connection.close()


def _fill(
    connection: duckdb.DuckDBPyConnection,
    relations: list[Relation],
    target: Path,
    present: Mapping[str, Table],
) -> dict[str, Table]:
    [(catalog,)] = connection.execute("select current_database()").fetchall()
    connection.execute(
        f"attach {literal(str(target))} as snapshot (storage_version '{STORAGE_VERSION}')"
    )
    tables = {}
    connection.begin()
    # What a view names without a catalog must be found in the snapshot, not in the warehouse.
    connection.execute("use snapshot")
    for schema in PUBLISHED_SCHEMAS:
        connection.execute(f"create schema if not exists {quote(schema)}")
    kept = _kept(relations, present)
    for name in present.keys() - kept.keys():
        _drop(connection, name, present[name])
    for relation in sorted(relations, key=lambda each: each.view is not None):
        source, copy = relation.path(catalog), relation.path("snapshot")
        rows, checksum = relation.measure(connection, source)
        table = Table(rows=rows, checksum=checksum, columns=relation.columns)
        before = kept.get(relation.key)
        if before is None or (
            before != table and not bring_up_to_date(connection, relation, source, copy)
        ):
            _write(connection, relation, source, copy)
        tables[relation.key] = table
    connection.commit()
    connection.execute("checkpoint snapshot")
    connection.execute(f"use {quote(catalog)}")
    connection.execute("detach snapshot")
    return {relation.key: tables[relation.key] for relation in relations}


def _kept(relations: list[Relation], present: Mapping[str, Table]) -> dict[str, Table]:
    """What of a base can stay or be changed in place: tables with the same columns and rows."""
    tables = {relation.key: relation.columns for relation in relations if relation.view is None}
    return {
        name: table
        for name, table in present.items()
        if table.checksum and table.rows and table.columns == tables.get(name)
    }


def _drop(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    schema, _, short = name.partition(".")
    kind = "table" if table.checksum else "view"
    connection.execute(f"drop {kind} snapshot.{quote(schema)}.{quote(short)}")


def _write(
    connection: duckdb.DuckDBPyConnection, relation: Relation, source: str, copy: str
) -> None:
    connection.execute(relation.view or f"create or replace table {copy} as select * from {source}")
    if relation.comment:
        kind = "view" if relation.view else "table"
        connection.execute(f"comment on {kind} {copy} is {literal(relation.comment)}")
    for column, comment in relation.column_comments.items():
        connection.execute(f"comment on column {copy}.{quote(column)} is {literal(comment)}")


def _verify(
    connection: duckdb.DuckDBPyConnection,
    relations: list[Relation],
    tables: dict[str, Table],
    target: Path,
) -> None:
    connection.execute(f"attach {literal(str(target))} as snapshot (read_only)")
    for relation in relations:
        expected = tables[relation.key]
        rows, checksum = relation.measure(connection, relation.path("snapshot"))
        if (rows, checksum) != (expected.rows, expected.checksum):
            raise CopyDiffersError(
                f"{relation.key} differs after the copy: {expected.rows} rows with checksum "
                f"{expected.checksum} in the warehouse, {rows} with {checksum} in the snapshot; "
                "nothing was published"
            )
    connection.execute("detach snapshot")
