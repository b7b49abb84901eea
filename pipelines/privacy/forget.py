"""Forgetting a person: their rows leave the raw tables and the quarantine, and stay away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import duckdb
import polars as pl

from pipelines.exports.contract_files import Contracts
from pipelines.identity.correct.decisions import Decisions, Identifier
from pipelines.privacy.erase_rows import ForgottenRows, erase_rows
from pipelines.privacy.hashing import hash_series
from pipelines.privacy.personal_columns import IdentifierColumn, PersonalTable, personal_tables
from pipelines.privacy.tombstones import PREFIX, hides_value, recurring_value


def forget_rows(
    connection: duckdb.DuckDBPyConnection, contracts: Contracts, identifiers: Iterable[Identifier]
) -> ForgottenRows:
    """Take all rows about these identifiers out, in the caller's transaction."""
    values = [
        (identifier.identifier_type, recurring_value(identifier)) for identifier in identifiers
    ]
    return erase_rows(connection, contracts, values)


def forget_again(
    connection: duckdb.DuckDBPyConnection, contracts: Contracts, decisions: Decisions, key: bytes
) -> ForgottenRows:
    """Take out what new files brought back about forgotten people; one transaction.

    Reads the files that were loaded since the last call, and all files when somebody else was
    forgotten meanwhile (decisions that came through version control).
    """
    if not decisions.erased:
        return ForgottenRows()
    connection.begin()
    try:
        after_file = _checked_up_to(connection, decisions)
        tables = personal_tables(contracts)
        found = _returned(connection, tables, decisions.erased, after_file, key)
        rows = erase_rows(connection, contracts, found, after_file=after_file)
        if after_file == 0 and rows.total:
            _resolve_anew(connection, decisions, key)
        remember_checked(connection, decisions)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return rows


def remember_checked(connection: duckdb.DuckDBPyConnection, decisions: Decisions) -> None:
    """Note that no loaded file holds anybody who is forgotten now."""
    _ensure_state(connection)
    connection.execute("delete from ledger.forgetting")
    connection.execute(
        "insert into ledger.forgetting select $1, coalesce(max(file_id), 0) from ledger.files",
        [_fingerprint(decisions)],
    )


def _checked_up_to(connection: duckdb.DuckDBPyConnection, decisions: Decisions) -> int:
    _ensure_state(connection)
    rows = connection.execute(
        "select up_to_file_id from ledger.forgetting where tombstones = $1",
        [_fingerprint(decisions)],
    ).fetchall()
    return int(rows[0][0]) if rows else 0


def _ensure_state(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table if not exists ledger.forgetting "
        "(tombstones varchar not null, up_to_file_id bigint not null)"
    )


def _fingerprint(decisions: Decisions) -> str:
    return hashlib.sha256(repr(sorted(decisions.erased)).encode()).hexdigest()


def _returned(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[PersonalTable],
    erased: Iterable[Identifier],
    after_file: int,
    key: bytes,
) -> list[tuple[str, str]]:
    """Values that the tombstones stand for: hashes as they are, others as new files show them."""
    found: list[tuple[str, str]] = [i for i in erased if not hides_value(i)]
    hidden = _hidden(erased)
    for table in tables:
        for column in table.identifiers:
            if column.identifier_type in hidden:
                values = _new_values(connection, table, column, after_file)
                digests = hash_series(column.identifier_type, values, key)
                known = digests.is_in(list(hidden[column.identifier_type]))
                found += [(column.identifier_type, value) for value in values.filter(known)]
    return found


def _new_values(
    connection: duckdb.DuckDBPyConnection,
    table: PersonalTable,
    column: IdentifierColumn,
    after_file: int,
) -> pl.Series:
    """Distinct values of a column in new files, without and with their account."""
    return connection.sql(
        f"""
        with cells as (
            select distinct _account, {column.value} as value from {table.name}
            where _file_id > {after_file} and {column.value} <> ''
        )
        select value from cells union select _account || ':' || value from cells
        """
    ).pl()["value"]


def _resolve_anew(connection: duckdb.DuckDBPyConnection, decisions: Decisions, key: bytes) -> None:
    """Take forgotten people out of the dictionary, and let identity read all evidence again."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'identity'"
    ).fetchall()
    tables = {name for (name,) in rows}
    if not {"identifiers", "identity_state"} <= tables:
        return
    for identifier_type, digests in _hidden(decisions.erased).items():
        known = connection.execute(
            "select identifier_id, identifier_type, identifier_value from identity.identifiers "
            "where identifier_type = $1",
            [identifier_type],
        ).fetchall()
        values = pl.Series(
            [recurring_value(Identifier(*row[1:])) for row in known], dtype=pl.String
        )
        is_gone = hash_series(identifier_type, values, key).is_in(list(digests))
        gone = [row[0] for row, forgotten in zip(known, is_gone, strict=True) if forgotten]
        for table in sorted({"identifiers", "identity_seen_earlier"} & tables):
            connection.execute(
                f"delete from identity.{table} "
                "where identifier_id in (select unnest($1::bigint[]))",
                [gone],
            )
    connection.execute("delete from identity.identity_state where name = 'evidence'")


def _hidden(erased: Iterable[Identifier]) -> dict[str, set[str]]:
    """Digests of the tombstones that hide a value in clear, by identifier type."""
    hidden: dict[str, set[str]] = {}
    for identifier in filter(hides_value, erased):
        digest = identifier.identifier_value.removeprefix(PREFIX)
        hidden.setdefault(identifier.identifier_type, set()).add(digest)
    return hidden
