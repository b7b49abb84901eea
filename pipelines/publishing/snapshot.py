"""Copies the published schemas of the warehouse into one verified DuckDB file."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.publishing.changes import bring_up_to_date
from pipelines.publishing.comparison import same_in_order, same_rows
from pipelines.publishing.errors import CopyDiffersError, PublishError
from pipelines.publishing.manifest import Table
from pipelines.publishing.relations import (
    PUBLISHED_SCHEMAS,
    Relation,
    literal,
    published_relations,
    quote,
)

STORAGE_VERSION = "v1.4.0"
"""Of DuckDB's first release with long-term support. It stores texts that repeat in a better way:
`v1.0.0` costs a sixth more to write, a tenth more to read, and is no smaller. `v1.3.0` has it too,
but DuckDB 1.3 reads some of it wrong."""


@dataclass(frozen=True)
class Base:
    """A published version; a copy of its file is brought up to date."""

    database: Path
    whole: str
    """The version of which it is a changed copy, written whole; itself, if it was."""


def write_snapshot(warehouse: Path, target: Path, base: Base | None = None) -> dict[str, Table]:
    """Write every table and view of the published schemas of `warehouse` into the new `target`.

    With `base`, `target` begins as a copy of its file: tables that say the same stay, of the
    others only the rows that differ are written. Without, every table is copied.

    A view of published tables alone stays a view, another becomes a table. Comments are kept,
    constraints are not. All tables are read in one transaction, and those of the finished file
    are verified against the warehouse, by value or by row count and content checksum; its views
    say what they say of these.

    Returns what the file holds, by `schema.table`. Raises PublishError when there is nothing to
    copy, CopyDiffersError when a table of the file differs from its source.
    """
    if not warehouse.exists():
        raise PublishError(f"there is no warehouse at {warehouse}; remedy: make run")
    # No configuration: other connections of this process to the warehouse must stay possible.
    connection = duckdb.connect(str(warehouse))
    try:
        [(catalog,)] = connection.execute("select current_database()").fetchall()
        relations = published_relations(connection, catalog)
        if not relations:
            raise PublishError(
                f"the schemas {' and '.join(PUBLISHED_SCHEMAS)} hold no table; remedy: make run"
            )
        if base:
            shutil.copyfile(base.database, target)
        _fill(connection, catalog, relations, target)
        return _verify(connection, catalog, relations, target)
    finally:
        connection.close()


def _fill(
    connection: duckdb.DuckDBPyConnection, catalog: str, relations: list[Relation], target: Path
) -> None:
    connection.execute(
        f"attach {literal(str(target))} as snapshot (storage_version '{STORAGE_VERSION}')"
    )
    present = {each.key: each for each in published_relations(connection, "snapshot")}
    connection.begin()
    # What a view names without a catalog must be found in the snapshot, not in the warehouse.
    connection.execute("use snapshot")
    for schema in PUBLISHED_SCHEMAS:
        connection.execute(f"create schema if not exists {quote(schema)}")
    kept = _kept(relations, present)
    for key in present.keys() - kept:
        kind = "view" if present[key].view else "table"
        connection.execute(f"drop {kind} {present[key].path('snapshot')}")
    for relation in sorted(relations, key=lambda each: each.view is not None):
        source, copy = relation.path(catalog), relation.path("snapshot")
        if relation.key not in kept or not (
            same_in_order(connection, relation.columns, source, copy)
            or bring_up_to_date(connection, relation, source, copy)
        ):
            write_table(connection, relation, source, copy)
    connection.commit()
    connection.execute("checkpoint snapshot")
    connection.execute(f"use {quote(catalog)}")
    connection.execute("detach snapshot")


def _kept(relations: list[Relation], present: dict[str, Relation]) -> set[str]:
    """What of a base can stay or be changed in place: tables with the same columns."""
    return {
        each.key
        for each in relations
        if each.view is None
        and each.key in present
        and present[each.key].view is None
        and present[each.key].columns == each.columns
    }


def write_table(
    connection: duckdb.DuckDBPyConnection, relation: Relation, source: str, copy: str
) -> None:
    """Write a table anew, or a view, with its comments; paths are quoted names."""
    connection.execute(relation.view or f"create or replace table {copy} as select * from {source}")
    if relation.comment:
        kind = "view" if relation.view else "table"
        connection.execute(f"comment on {kind} {copy} is {literal(relation.comment)}")
    for column, comment in relation.column_comments.items():
        connection.execute(f"comment on column {copy}.{quote(column)} is {literal(comment)}")


def _verify(
    connection: duckdb.DuckDBPyConnection, catalog: str, relations: list[Relation], target: Path
) -> dict[str, Table]:
    connection.execute(f"attach {literal(str(target))} as snapshot (read_only)")
    tables = {}
    for relation in relations:
        copy = relation.path("snapshot")
        if relation.view is None and not same_rows(
            connection, relation.columns, relation.path(catalog), copy
        ):
            raise CopyDiffersError(
                f"{relation.key} differs after the copy from the warehouse; nothing was published"
            )
        [(rows,)] = connection.execute(f"select count(*) from {copy}").fetchall()
        tables[relation.key] = Table(
            rows=rows, is_view=relation.view is not None, columns=relation.columns
        )
    connection.execute("detach snapshot")
    return tables
