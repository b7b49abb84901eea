"""Whether two tables hold the same rows: by value where they lie in one order, else by checksum."""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb

from pipelines.publishing.manifest import Column
from pipelines.publishing.relations import quote

_NO_TEXT = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|DATE|TIME.*|UUID"
)


def same_rows(
    connection: duckdb.DuckDBPyConnection, columns: Iterable[Column], one: str, other: str
) -> bool:
    """Whether two tables or views, by their quoted names, hold the same rows, each as often."""
    columns = list(columns)
    return same_in_order(connection, columns, one, other) or (
        checksum(connection, one, columns) == checksum(connection, other, columns)
    )


def same_in_order(
    connection: duckdb.DuckDBPyConnection, columns: Iterable[Column], one: str, other: str
) -> bool:
    """Whether both hold the same values in the same places; False also where that is dear to ask.

    Two stored tables, or views that only name columns of one, are read side by side until the
    first difference: a fraction of what hashing their texts costs. DuckDB would keep all rows of
    a join in memory for it.
    """
    sides = f"from {one} as one positional join {other} as other"
    differs = " or ".join(
        f"one.{quote(column.name)} is distinct from other.{quote(column.name)}"
        for column in columns
    )
    question = f"select 1 {sides} where {differs} limit 1"
    [(_, plan)] = connection.execute(f"explain (format json) {question}").fetchall()
    if "POSITIONAL_SCAN" not in plan:
        return False
    rows = connection.execute(
        f"select (select count(*) from {one}) = (select count(*) from {other})"
    ).fetchall()
    return rows == [(True,)] and not connection.execute(question).fetchall()


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
