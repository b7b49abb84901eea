"""Taking a forgotten person's rows out of the raw tables and the quarantine, in SQL.

A row about nobody else is removed, with the rows of its order. In a row that also names another
person only the cells about the forgotten one are emptied. Removed rows are accounted for as junk
under the rule `forgotten`, so that every file still adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import polars as pl

from pipelines.exports.contract_files import Contracts
from pipelines.privacy.personal_columns import IdentifierColumn, PersonalTable, personal_tables

FORGOTTEN = "forgotten"
"""Junk rule of removed rows."""
_VALUES, _HITS, _RECORDS, _REMOVED = (
    "forgotten_values",
    "forgotten_hits",
    "forgotten_records",
    "forgotten_rows",
)


@dataclass
class ForgottenRows:
    """What was taken out of the raw tables."""

    removed: dict[str, int] = field(default_factory=dict)
    """Rows by raw table."""
    emptied: dict[str, int] = field(default_factory=dict)
    """Rows that stay without the cells about the person, by raw table."""
    quarantined: int = 0
    """Rejected rows whose text was emptied."""
    files: tuple[str, ...] = ()
    """Delivered files that hold the person, as paths in the landing folder."""

    @property
    def total(self) -> int:
        """All rows touched."""
        return sum(self.removed.values()) + sum(self.emptied.values()) + self.quarantined


def erase_rows(
    connection: duckdb.DuckDBPyConnection,
    contracts: Contracts,
    values: Sequence[tuple[str, str]],
    *,
    after_file: int = 0,
) -> ForgottenRows:
    """Take all rows about these (type, value) out, in the caller's transaction.

    Files with ids up to `after_file` are known to hold none of them. A value is as the identity
    dictionary holds it; a raw cell may lack the account in front of it.
    """
    _stage_values(connection, values)
    connection.execute(f"create or replace temp table {_RECORDS} (name varchar, value varchar)")
    connection.execute(
        f"create or replace temp table {_REMOVED} (table_name varchar, file_id bigint)"
    )
    rows = ForgottenRows()
    touched: set[int] = set()
    tables = personal_tables(contracts)
    for table in tables:
        if table.identifiers:
            touched |= _erase_people(connection, table, after_file, rows)
    for table in tables:
        _erase_records(connection, table)
    rows.removed = dict(
        connection.execute(
            f"select table_name, count(*) from {_REMOVED} group by all order by all"
        ).fetchall()
    )
    rows.quarantined = _empty_quarantine(connection, contracts, tables)
    rows.files = _account_for(connection, touched)
    for name in (_VALUES, _HITS, _RECORDS, _REMOVED):
        connection.execute(f"drop table if exists {name}")
    return rows


def _is_forgotten(column: IdentifierColumn) -> str:
    """SQL: the cell names a forgotten person."""
    values = f"select value from {_VALUES} where identifier_type = '{column.identifier_type}'"
    if column.is_list:
        return f"list_has_any(string_split({column.value}, ','), array({values}))"
    return f"({column.value} in ({values}) or _account || ':' || {column.value} in ({values}))"


def _erase_people(
    connection: duckdb.DuckDBPyConnection,
    table: PersonalTable,
    after_file: int,
    rows: ForgottenRows,
) -> set[int]:
    """Remove or empty the rows that name forgotten people; returns the files they came in."""
    tests = [f"coalesce({_is_forgotten(column)}, false)" for column in table.identifiers]
    hits = ", ".join(f"{test} as hit_{number}" for number, test in enumerate(tests))
    pairs = list(enumerate(table.identifiers))
    needed = " or ".join(f"hit_{n}" for n, c in pairs if c.is_needed) or "false"
    others = [f"(not hit_{n} and coalesce({c.value}, '') <> '')" for n, c in pairs if c.is_own]
    connection.execute(
        f"""
        create or replace temp table {_HITS} as
        with tested as (
            select *, {hits} from {table.name} where _file_id > {after_file}
        )
        select _file_id as file_id, _line_number as line_number,
            {", ".join(f"hit_{number}" for number, _ in pairs)},
            ({needed}) or not ({" or ".join(others) or "false"}) as is_removed
        from tested where {" or ".join(f"hit_{number}" for number, _ in pairs)}
        """
    )
    for name, value in table.record_keys.items():
        connection.execute(
            f"insert into {_RECORDS} select distinct '{name}', {value} from {table.name} "
            f"where {_in_hits('is_removed')} and {value} <> ''"
        )
    emptied = _empty_cells(connection, table)
    if emptied:
        rows.emptied[table.name] = emptied
    _remove(connection, table.name, _in_hits("is_removed"))
    found = connection.execute(f"select distinct file_id from {_HITS}").fetchall()
    return {file_id for (file_id,) in found}


def _in_hits(condition: str) -> str:
    return (
        "(_file_id, _line_number) in "
        f"(select (file_id, line_number) from {_HITS} where {condition})"
    )


def _empty_cells(connection: duckdb.DuckDBPyConnection, table: PersonalTable) -> int:
    """Empty what rows that stay say about the person; returns how many rows."""
    [(rows,)] = connection.execute(f"select count(*) from {_HITS} where not is_removed").fetchall()
    if not rows:
        return 0
    for number, column in enumerate(table.identifiers):
        if column.is_needed:  # a row without it is removed
            continue
        cells = [f"{name} = null" for name in column.clears]
        if column.is_list:
            kept = (
                f"select string_agg(part, ',') from unnest(string_split({column.name}, ',')) "
                f"parts(part) where part not in (select value from {_VALUES})"
            )
            cells = [f"{column.name} = ({kept})"]
        where = _in_hits(f"hit_{number} and not is_removed")
        connection.execute(f"update {table.name} set {', '.join(cells)} where {where}")
    if table.names:
        cells = [f"{name} = null" for name in table.names]
        connection.execute(
            f"update {table.name} set {', '.join(cells)} where {_in_hits('not is_removed')}"
        )
    return int(rows)


def _erase_records(connection: duckdb.DuckDBPyConnection, table: PersonalTable) -> None:
    """Remove what belongs to a removed row: order lines, payments, settlements, list entries."""
    for name, value in table.record_keys.items():
        _remove(
            connection,
            table.name,
            f"{value} in (select value from {_RECORDS} where name = '{name}')",
        )


def _remove(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> None:
    connection.execute(
        f"insert into {_REMOVED} select '{table}', _file_id from {table} where {condition}"
    )
    connection.execute(f"delete from {table} where {condition}")


def _empty_quarantine(
    connection: duckdb.DuckDBPyConnection, contracts: Contracts, tables: Sequence[PersonalTable]
) -> int:
    """Empty the text of rejected rows that name a forgotten person or a removed record.

    Personal cells never stand there; card numbers, unionids and order numbers do.
    """
    by_table = {table.name: table for table in tables}
    emptied = 0
    for name, owners in contracts.by_raw_table.items():
        if name not in by_table:
            continue
        tests = [
            _record_is_forgotten(column)
            for column in by_table[name].identifiers
            if len(column.clears) == 1 and not column.is_list
        ] + [
            f"record ->> '{key}' in (select value from {_RECORDS} where name = '{key}')"
            for key, value in by_table[name].record_keys.items()
            if key == value
        ]
        if tests:
            [(count,)] = connection.execute(
                f"""
                update ledger.quarantine set record = null, value = null
                where record is not null and ({" or ".join(tests)}) and file_id in (
                    select file_id from ledger.files
                    where contract in (select unnest($1::varchar[])))
                """,
                [[contract.contract for contract in owners]],
            ).fetchall()
            emptied += count
    return emptied


def _record_is_forgotten(column: IdentifierColumn) -> str:
    values = f"select value from {_VALUES} where identifier_type = '{column.identifier_type}'"
    return (
        f"record ->> '{column.name}' in (select v.value from ({values}) v union all "
        f"select regexp_replace(v.value, '^[^:]*:', '') from ({values}) v)"
    )


def _account_for(connection: duckdb.DuckDBPyConnection, touched: set[int]) -> tuple[str, ...]:
    """Move removed rows from `loaded` to `junk` in the ledger; returns the files' paths."""
    connection.execute(
        f"""
        update ledger.files f
        set rows_loaded = rows_loaded - gone.rows, rows_junk = rows_junk + gone.rows
        from (select file_id, count(*) as rows from {_REMOVED} group by file_id) gone
        where f.file_id = gone.file_id
        """
    )
    connection.execute(
        f"""
        create or replace temp table {_HITS} as
        select file_id, '{FORGOTTEN}' as rule, sum(rows) as rows_junk from (
            select file_id, count(*) as rows from {_REMOVED} group by file_id
            union all
            select file_id, rows_junk from ledger.junk where rule = '{FORGOTTEN}'
        ) group by file_id
        """
    )
    connection.execute(f"delete from ledger.junk where rule = '{FORGOTTEN}'")
    connection.execute(f"insert into ledger.junk select * from {_HITS}")
    rows = connection.execute(
        f"""
        select distinct relative_path from ledger.files
        where file_id in (select unnest($1::bigint[]) union all select file_id from {_REMOVED})
        order by all
        """,
        [list(touched)],
    ).fetchall()
    return tuple(path for (path,) in rows)


def _stage_values(connection: duckdb.DuckDBPyConnection, values: Sequence[tuple[str, str]]) -> None:
    frame = pl.DataFrame(
        values, schema={"identifier_type": pl.String, "value": pl.String}, orient="row"
    )
    connection.register("staged_values", frame.to_arrow())
    connection.execute(f"create or replace temp table {_VALUES} as from staged_values")
    connection.unregister("staged_values")
