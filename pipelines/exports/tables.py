"""Raw tables as the contracts describe them: created, widened and commented, never narrowed."""

from __future__ import annotations

import duckdb

from pipelines.exports.contract import Contract
from pipelines.exports.contract_files import Contracts
from pipelines.exports.errors import ContractError
from pipelines.exports.ledger import ensure_ledger

ROW_COLUMNS = {
    "_file_id": ("BIGINT", "Part of the delivered file (ledger.files.file_id)"),
    "_line_number": ("BIGINT", "Physical line, sheet row or Parquet row of the record"),
    "_exported_at": ("TIMESTAMP", "When the file was exported, UTC"),
    "_account": ("VARCHAR", "Shop, app, corp or advertiser: the folder the file was landed in"),
    "_variant": ("VARCHAR", "Form of the export that the file follows"),
}
_PART_TEXTS = {
    "key": "keyed hash of the normalised value",
    "keys": "keyed hashes, joined with commas",
    "masked": "masked form",
    "province": "province",
    "city": "city",
}


def ensure_raw_tables(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
    """Create every raw table and the ledger; add columns that a contract gained.

    Raises ``ContractError`` when a column exists with another type: rows of delivered files would
    have to be read anew, and only a person can decide that.
    """
    ensure_ledger(con)
    existing = _existing(con)
    for table, owners in contracts.by_raw_table.items():
        _ensure_table(con, table, owners, existing)


def _existing(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, tuple[str, str | None]]]:
    """Type and comment of every column of every raw table."""
    rows = con.execute(
        "select schema_name || '.' || table_name, column_name, data_type, comment "
        "from duckdb_columns() where database_name = current_database() "
        "and schema_name like 'raw\\_%' escape '\\'"
    ).fetchall()
    tables: dict[str, dict[str, tuple[str, str | None]]] = {}
    for table, column, data_type, comment in rows:
        tables.setdefault(table, {})[column] = data_type, comment
    return tables


def _ensure_table(
    con: duckdb.DuckDBPyConnection,
    table: str,
    owners: list[Contract],
    existing: dict[str, dict[str, tuple[str, str | None]]],
) -> None:
    wanted = _columns(owners)
    present = existing.get(table)
    if present is None:
        con.execute(f"create schema if not exists {table.split('.')[0]}")
        plain = _own_texts(owners)
        columns = ", ".join(
            f"{name} {sql_type}" + (" using compression uncompressed" if name in plain else "")
            for name, (sql_type, _) in wanted.items()
        )
        con.execute(f"create table {table} ({columns})")
        con.execute(f"comment on table {table} is {_quoted(owners[0].grain)}")
        present = {}
    for name, (sql_type, comment) in wanted.items():
        known_type, known_comment = present.get(name, (None, None))
        if present and known_type is None:
            con.execute(f"alter table {table} add column {name} {sql_type}")
        elif known_type not in (None, sql_type):
            raise ContractError(
                f"{owners[0].contract}: field `columns[{name}].type`: the warehouse holds "
                f"{table}.{name} as {known_type}, the contract asks for {sql_type}. Remedy: give "
                "the column another name, or drop the table and load its files again"
            )
        if known_comment != comment:
            con.execute(f"comment on column {table}.{name} is {_quoted(comment)}")


def _columns(owners: list[Contract]) -> dict[str, tuple[str, str]]:
    columns: dict[str, tuple[str, str]] = {}
    for contract in owners:
        for column in contract.columns:
            for name, sql_type in column.raw_columns.items():
                part = _PART_TEXTS.get(name.removeprefix(f"{column.name}_"))
                text = f"{column.description}: {part}" if part else column.description
                columns.setdefault(name, (sql_type, text))
    return columns | ROW_COLUMNS


def _own_texts(owners: list[Contract]) -> set[str]:
    """Columns of which nearly every row has its own text: keyed hashes, ids of rows and people.

    They stay as they are: to pack them costs five times as much as to write them, and halves them.
    """
    return {
        name
        for contract in owners
        for column in contract.columns
        for name in column.raw_columns
        if name == f"{column.name}_key"
        or (column.type == "id" and (column.required or column.identifies))
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
