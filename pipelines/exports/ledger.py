"""The ledger: every delivered file, and what became of every row in it.

Its rows are written in the transaction that writes the data rows, so the two never disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import duckdb
import polars as pl
import pyarrow as pa

from pipelines.exports.report import LOADED, REFUSED, CheckedPart, FileReport

TABLES = {
    "files": (
        "One row per part of a delivered file and loading attempt.",
        """file_id BIGINT PRIMARY KEY, sha256 VARCHAR NOT NULL, file_name VARCHAR NOT NULL,
        relative_path VARCHAR NOT NULL, member VARCHAR, size_bytes BIGINT, delivered_at TIMESTAMP,
        exported_at TIMESTAMP, account VARCHAR NOT NULL, source VARCHAR, contract VARCHAR,
        contract_hash VARCHAR, variant VARCHAR, encoding VARCHAR, header_line INTEGER,
        status VARCHAR NOT NULL, message VARCHAR, rows_read BIGINT, rows_loaded BIGINT,
        rows_rejected BIGINT, rows_junk BIGINT, unknown_headers VARCHAR, loaded_at TIMESTAMP,
        is_current BOOLEAN NOT NULL""",
    ),
    "junk": (
        "One row per part of a file and junk rule: rows that are no data.",
        "file_id BIGINT NOT NULL, rule VARCHAR NOT NULL, rows_junk BIGINT NOT NULL",
    ),
    "quarantine": (
        "One row per bad cell or broken record of a rejected row.",
        """file_id BIGINT NOT NULL, line_number BIGINT, column_name VARCHAR, header VARCHAR,
        value VARCHAR, reason VARCHAR, remedy VARCHAR, record VARCHAR""",
    ),
    "restatements": (
        "One row per version compared with the one before it, metric and day with another value.",
        """compared_version VARCHAR NOT NULL, restated_at TIMESTAMP NOT NULL,
        metric VARCHAR NOT NULL, metric_label_zh VARCHAR NOT NULL, metric_date DATE NOT NULL,
        published_value DOUBLE, restated_value DOUBLE, cause VARCHAR NOT NULL,
        is_same_day BOOLEAN NOT NULL, is_rule_change BOOLEAN NOT NULL, late_rows BIGINT NOT NULL,
        corrected_rows BIGINT NOT NULL, refunded_rows BIGINT NOT NULL,
        regrouped_rows BIGINT NOT NULL, withdrawn_rows BIGINT NOT NULL""",
    ),
    "publications": (
        "One row per version that was published, and when; also of versions that are gone.",
        "version VARCHAR NOT NULL, published_at TIMESTAMP NOT NULL",
    ),
    "key_mark": (
        "One row: what tells the key of the personal-data hashes from another, and not the key.",
        "mark VARCHAR NOT NULL",
    ),
    "handed_over": (
        "One row per day and customer who was put into an audience package on it.",
        """handed_over_date DATE NOT NULL, customer_id BIGINT NOT NULL,
        packages BIGINT NOT NULL""",
    ),
    "seen_files": (
        "One row per path of the landing folder: its hash, so that it is not computed again.",
        """relative_path VARCHAR PRIMARY KEY, size_bytes BIGINT, modified_ns BIGINT,
        sha256 VARCHAR NOT NULL""",
    ),
}


_POLARS_TYPES: dict[str, pl.DataType] = {
    "BIGINT": pl.Int64(), "INTEGER": pl.Int32(), "VARCHAR": pl.String(),
    "TIMESTAMP": pl.Datetime("us"), "BOOLEAN": pl.Boolean(),
}  # fmt: skip


def _schema(table: str) -> dict[str, pl.DataType]:
    columns = (column.split()[:2] for column in TABLES[table][1].split(","))
    return {name: _POLARS_TYPES[sql_type] for name, sql_type in columns}


_FILE_SCHEMA, _JUNK_SCHEMA = _schema("files"), _schema("junk")


def ensure_ledger(con: duckdb.DuckDBPyConnection) -> None:
    """Create the ledger's schema and tables where they are missing."""
    con.execute("create schema if not exists ledger")
    rows = con.execute(
        "select table_name from duckdb_tables() "
        "where schema_name = 'ledger' and database_name = current_database()"
    ).fetchall()
    present = {row[0] for row in rows}
    for name, (comment, columns) in TABLES.items():
        if name not in present:
            con.execute(f"create table ledger.{name} ({columns})")
            con.execute(f"comment on table ledger.{name} is '{comment}'")


SeenFile = tuple[int, int, str]
"""Size in bytes, modification time in ns and hash of a file as it was when it was read."""


def remembered_hashes(con: duckdb.DuckDBPyConnection) -> dict[str, SeenFile]:
    """What every path seen so far held."""
    rows = con.execute(
        "select relative_path, size_bytes, modified_ns, sha256 from ledger.seen_files"
    ).fetchall()
    return {path: (size, modified, sha256) for path, size, modified, sha256 in rows}


def remember_hashes(con: duckdb.DuckDBPyConnection, seen: dict[str, SeenFile]) -> None:
    """Remember paths as they are now, in one statement: it costs as much as one file's."""
    if seen:
        sizes, modified, hashes = zip(*seen.values(), strict=True)
        con.execute(
            "insert or replace into ledger.seen_files "
            "select unnest(?), unnest(?), unnest(?), unnest(?)",
            [list(seen), list(sizes), list(modified), list(hashes)],
        )


def current_attempts(
    con: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], list[tuple[str, str | None, str]]]:
    """(status, contract, contract hash) of the parts of every content, by (sha256, account)."""
    rows = con.execute(
        "select sha256, account, status, contract, contract_hash from ledger.files where is_current"
    ).fetchall()
    attempts: dict[tuple[str, str], list[tuple[str, str | None, str]]] = {}
    for sha256, account, status, contract, contract_hash in rows:
        attempts.setdefault((sha256, account), []).append((status, contract, contract_hash))
    return attempts


def supersede(con: duckdb.DuckDBPyConnection, contents: Sequence[tuple[str, str]]) -> None:
    """Take back earlier attempts with (sha256, account): rows go, ledger rows stay, closed."""
    if not contents:
        return
    ids = [
        row[0]
        for row in con.execute(
            "select file_id from ledger.files where is_current and (sha256, account) in "
            "(select unnest(?::varchar[]), unnest(?::varchar[]))",
            [list(column) for column in zip(*contents, strict=True)],
        ).fetchall()
    ]
    tables = con.execute(
        "select schema_name, table_name from duckdb_columns() "
        "where column_name = '_file_id' and schema_name like 'raw\\_%' escape '\\'"
    ).fetchall()
    for schema, table in tables:
        con.execute(f"delete from {schema}.{table} where _file_id in (select unnest(?))", [ids])
    for name in ("junk", "quarantine"):
        con.execute(f"delete from ledger.{name} where file_id in (select unnest(?))", [ids])
    con.execute(
        "update ledger.files set is_current = false where file_id in (select unnest(?))", [ids]
    )


def forget_refusals(con: duckdb.DuckDBPyConnection, keep: list[str]) -> None:
    """Close the refusals of files that are no longer in the landing folder."""
    con.execute(
        "update ledger.files set is_current = false where is_current and status = ? "
        "and not list_contains(?::varchar[], relative_path)",
        [REFUSED, keep],
    )


def paths_of_contents(
    con: duckdb.DuckDBPyConnection, hashes: Sequence[str]
) -> dict[str, dict[str, list[str]]]:
    """Relative paths under which contents were taken, by sha256 and account."""
    rows = con.execute(
        "select sha256, account, list(distinct relative_path) from ledger.files "
        "where is_current and sha256 in (select unnest(?::varchar[])) group by all",
        [list(hashes)],
    ).fetchall()
    found: dict[str, dict[str, list[str]]] = {}
    for sha256, account, paths in rows:
        found.setdefault(sha256, {})[account] = paths
    return found


def next_file_id(con: duckdb.DuckDBPyConnection) -> int:
    """Ids grow with every attempt and are never used again."""
    return int(
        con.execute("select coalesce(max(file_id), 0) + 1 from ledger.files").fetchall()[0][0]
    )


def record(con: duckdb.DuckDBPyConnection, parts: Sequence[CheckedPart], now: datetime) -> None:
    """Write the account of parts. ``report.file_id`` is set; ``now`` is aware."""
    files = [_file_row(part.report, now) for part in parts]
    insert_frame(con, "ledger.files", pl.DataFrame(files, schema=_FILE_SCHEMA, orient="row"))
    junk = [
        (part.report.file_id, rule, rows)
        for part in parts
        for rule, rows in part.report.junk.items()
    ]
    if junk:
        insert_frame(con, "ledger.junk", pl.DataFrame(junk, schema=_JUNK_SCHEMA, orient="row"))
    quarantine = [
        part.checked.quarantine.with_columns(file_id=pl.lit(part.report.file_id, pl.Int64))
        for part in parts
        if part.checked is not None and part.checked.quarantine.height
    ]
    if quarantine:
        insert_frame(con, "ledger.quarantine", pl.concat(quarantine))


def _file_row(report: FileReport, now: datetime) -> tuple[object, ...]:
    counts: tuple[int | None, ...] = (None, None, None, None)
    if report.status == LOADED:
        counts = report.rows_read, report.rows_loaded, report.rows_rejected, report.rows_junk
    return (
        report.file_id, report.sha256, report.file_name, report.relative_path, report.member,
        report.size_bytes, naive_utc(report.delivered_at), report.exported_at, report.account,
        report.source, report.contract, report.contract_hash, report.variant, report.encoding,
        report.header_line, report.status, report.message, *counts,
        ",".join(report.unknown_headers) or None, naive_utc(now), True,
    )  # fmt: skip


def insert_frame(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Append a frame to a table, by column name."""
    insert_frames(con, table, iter([frame]))


def insert_frames(
    con: duckdb.DuckDBPyConnection, table: str, frames: Iterator[pl.DataFrame]
) -> None:
    """Append frames of one schema, at least one, as one statement that takes them as they come."""
    first = _as_arrow(next(frames))
    failures: list[BaseException] = []

    def batches() -> Iterator[pa.RecordBatch]:
        yield from first.to_batches()
        try:
            for frame in frames:
                yield from _as_arrow(frame).to_batches()
        except BaseException as failure:
            failures.append(failure)
            raise

    con.register("incoming", pa.RecordBatchReader.from_batches(first.schema, batches()))
    try:
        con.execute(f"insert into {table} by name select * from incoming")
    except duckdb.Error:
        if failures:  # DuckDB tells only that there was one
            raise failures[0] from None
        raise
    con.unregister("incoming")  # after an error the aborted transaction would refuse it


def _as_arrow(frame: pl.DataFrame) -> pa.Table:
    """With string views, which DuckDB reads as they are: other strings would be copied first."""
    return frame.to_arrow(compat_level=pl.CompatLevel.newest())


def naive_utc(moment: datetime) -> datetime:
    """An aware time as DuckDB's TIMESTAMP holds it here: naive, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None)
