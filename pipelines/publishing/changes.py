"""Brings a copied table up to date by the rows that differ: a day changes few of many."""

from __future__ import annotations

from datetime import date

import duckdb

from pipelines.publishing.relations import Relation, quote

_MOST_ROWS = 0.3
"""Beyond this part of its rows, to write the table anew is cheaper."""


def bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, relation: Relation, source: str, copy: str
) -> bool:
    """Delete, insert and redate rows of the table `copy` until it holds what `source` holds.

    Rows are told apart by DuckDB's `hash`, a fifth of the price of md5: equal rows count once and
    so do texts that share a number, so whether the tables are equal afterwards is for the caller
    to verify. A day that all rows name, such as the one that marts describe, is no difference:
    that column is updated.

    Returns False, with nothing done, when too many rows differ.
    """
    days = _new_days(connection, relation, source, copy)
    names = [quote(column.name) for column in relation.columns if column.name not in days]
    if not names:
        return False
    number = f"hash({', '.join(names)})"
    connection.execute(
        f"""
        create or replace temp table differing as
        select gone.id, fresh.row_hash
        from (select rowid as id, {number} as row_hash from {copy}) as gone
        full outer join (select {number} as row_hash from {source}) as fresh using (row_hash)
        where gone.row_hash is null or fresh.row_hash is null
        """
    )
    [(differing, rows)] = connection.execute(
        f"select (select count(*) from differing), (select count(*) from {copy})"
    ).fetchall()
    if differing > _MOST_ROWS * rows:
        return False
    for name, day in days.items():
        connection.execute(f"update {copy} set {quote(name)} = date '{day}'")
    connection.execute(
        f"delete from {copy} where rowid in (select id from differing where id is not null)"
    )
    connection.execute(
        f"insert into {copy} select * from {source} "
        f"where {number} in (select row_hash from differing where row_hash is not null)"
    )
    connection.execute("drop table differing")
    return True


def _new_days(
    connection: duckdb.DuckDBPyConnection, relation: Relation, source: str, copy: str
) -> dict[str, date]:
    """Columns of days that hold one day in all rows, another than in the copy; with that day."""
    names = [column.name for column in relation.columns if column.type == "DATE"]
    before, now = _only_days(connection, names, copy), _only_days(connection, names, source)
    return {name: now[name] for name in before.keys() & now.keys() if before[name] != now[name]}


def _only_days(
    connection: duckdb.DuckDBPyConnection, names: list[str], table: str
) -> dict[str, date]:
    """By column the day of all rows, where it is one."""
    if not names:
        return {}
    parts = ", ".join(
        f"case when count({name}) = count(*) and min({name}) = max({name}) then min({name}) end"
        for name in map(quote, names)
    )
    [found] = connection.execute(f"select {parts} from {table}").fetchall()
    return {name: day for name, day in zip(names, found, strict=True) if day}
