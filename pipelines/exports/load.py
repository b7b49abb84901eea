"""Delivered files into the warehouse: all rows of a file and their account in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from pipelines.exports.check import Checked
from pipelines.exports.contract import raw_table
from pipelines.exports.contract_files import Contracts
from pipelines.exports.ledger import (
    SeenFile,
    current_attempts,
    forget_refusals,
    insert_frame,
    insert_frames,
    next_file_id,
    paths_of_contents,
    record,
    remember_hashes,
    remembered_hashes,
    supersede,
)
from pipelines.exports.report import (
    REFUSED,
    CheckedPart,
    FileReport,
    LandedFile,
    Opened,
    account_of,
    check_opened,
    open_landed,
    sha256_of,
)
from pipelines.settings import Settings

_UNFINISHED = (".part", ".tmp", ".crdownload", ".download", ".partial")
_BATCH_FILES = 1000
_BATCH_BYTES = 64 * 1024**2
_TRANSACTION_BYTES = 2 * 1024**3
_ORIGIN = {
    "_file_id": pl.Int64(),
    "_exported_at": pl.Datetime("us"),
    "_account": pl.String(),
    "_variant": pl.String(),
}
_NO_EXPORTS = ("README.md", "Thumbs.db", "desktop.ini")


def pending_files(
    settings: Settings, con: duckdb.DuckDBPyConnection, contracts: Contracts
) -> list[LandedFile]:
    """Files whose content is new, or whose contract changed, oldest delivery first.

    A file whose size and modification time are as remembered is not hashed again. The same
    content under another name in the same account is not pending. A refused file that is no
    longer there is taken off the ledger's current list.
    """
    remembered = remembered_hashes(con)
    hashes = dict(remembered)
    attempts = current_attempts(con)
    landed = [
        _landed(path, settings.landing_folder, hashes)
        for path in landing_files(settings.landing_folder)
    ]
    remember_hashes(con, dict(hashes.items() - remembered.items()))
    forget_refusals(con, keep=[file.relative_path for file in landed])
    landed.sort(key=lambda file: (file.delivered_at, file.relative_path))
    pending: dict[tuple[str, str], LandedFile] = {}
    for file in landed:
        content = file.sha256, file.account
        if _is_due(attempts.get(content, []), contracts):
            pending.setdefault(content, file)
    return list(pending.values())


def landing_files(landing: Path) -> Iterator[Path]:
    """Finished export files below the landing folder: no hidden, temporary or help files."""
    for path in sorted(landing.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(landing).parts)
        unfinished = path.suffix.lower() in _UNFINISHED
        if path.is_file() and not hidden and not unfinished and path.name not in _NO_EXPORTS:
            yield path


def load_files(
    con: duckdb.DuckDBPyConnection, pending: Iterable[LandedFile], contracts: Contracts, key: bytes
) -> Iterator[list[FileReport]]:
    """Load delivered files, many in one transaction; yields the reports of one file at a time.

    A process killed at any point leaves all of a file or nothing. A file that is gone before it is
    read is left out. The raw tables must exist (``ensure_raw_tables``).
    """
    batch, transaction = _Batch(), _Transaction(con, contracts, key)
    try:
        for landed in pending:
            try:
                opened = open_landed(landed, contracts)
            except FileNotFoundError:
                continue
            if batch.is_full or batch.holds(opened):
                transaction.write(batch)
                batch = _Batch()
            if transaction.is_full:
                yield from transaction.commit()
            batch.add(opened)
        transaction.write(batch)
        yield from transaction.commit()
    except BaseException:
        transaction.rollback()
        raise


@dataclass
class _Batch:
    """Files that are checked together."""

    files: list[Opened] = field(default_factory=list)
    cell_bytes: int = 0
    _contents: set[tuple[str, str]] = field(default_factory=set)

    def add(self, opened: Opened) -> None:
        self.files.append(opened)
        self._contents.add((opened.landed.sha256, opened.landed.account))
        self.cell_bytes += opened.cell_bytes

    @property
    def is_full(self) -> bool:
        return self.cell_bytes >= _BATCH_BYTES or len(self.files) >= _BATCH_FILES

    def holds(self, opened: Opened) -> bool:
        """The same content of the same account: a file was replaced while it was read."""
        return (opened.landed.sha256, opened.landed.account) in self._contents


@dataclass
class _Transaction:
    """Batches that are written together: DuckDB packs the rows of a table again with each commit
    until they fill a row group. Rows are inserted by one thread, since two cost half as much again,
    and packed by all."""

    con: duckdb.DuckDBPyConnection
    contracts: Contracts
    key: bytes
    _written: list[list[FileReport]] = field(default_factory=list)
    _bytes: int = 0
    _is_open: bool = False
    _threads: int = 1

    def write(self, batch: _Batch) -> None:
        """All rows of the batch and their accounts."""
        if not batch.files:
            return
        checked = check_opened(batch.files, self.contracts, self.key)
        if not self._is_open:
            self._begin()
        self._written += _write(self.con, batch, checked)
        self._bytes += batch.cell_bytes

    def _begin(self) -> None:
        [(self._threads,)] = self.con.execute("select current_setting('threads')").fetchall()
        self._set_threads(1)
        self.con.begin()
        self._is_open = True

    def _set_threads(self, threads: int) -> None:
        self.con.execute(f"set threads = {threads}")

    @property
    def is_full(self) -> bool:
        return self._bytes >= _TRANSACTION_BYTES

    def commit(self) -> list[list[FileReport]]:
        """The reports of what is now in the warehouse, file by file."""
        if self._is_open:
            self._set_threads(self._threads)
            self.con.commit()
        written, self._written = self._written, []
        self._bytes, self._is_open = 0, False
        return written

    def rollback(self) -> None:
        """Take back what is not committed."""
        if self._is_open:
            self.con.rollback()
            self._set_threads(self._threads)
        self._is_open = False


def _write(
    con: duckdb.DuckDBPyConnection, batch: _Batch, checked: list[list[CheckedPart]]
) -> list[list[FileReport]]:
    """All rows of the batch and their accounts, within the caller's transaction."""
    supersede(con, _replaced(con, batch))
    file_ids = count(next_file_id(con))
    written = [
        [replace(part, report=replace(part.report, file_id=next(file_ids))) for part in parts]
        for parts in checked
    ]
    short = [part for parts in written for part in parts if part.more is None]
    for table, frame in _rows_by_table(short):
        insert_frame(con, table, frame)
    written = [[_with_all_pieces(con, part) for part in parts] for parts in written]
    record(con, [part for parts in written for part in parts], datetime.now(UTC))
    return [[part.report for part in parts] for parts in written]


def _with_all_pieces(con: duckdb.DuckDBPyConnection, part: CheckedPart) -> CheckedPart:
    """Write a long table, of which one piece is in memory at a time."""
    if part.checked is None or part.more is None:
        return part
    account = part.checked

    def frames(more: Iterable[Checked]) -> Iterator[pl.DataFrame]:
        nonlocal account
        yield _with_origin([(part.report, account)])
        for piece in more:
            account = account.account_with(piece)
            yield _with_origin([(part.report, piece)])

    insert_frames(con, raw_table(part.checked.match.contract), frames(part.more))
    return part.counting(account)


def _replaced(con: duckdb.DuckDBPyConnection, batch: _Batch) -> list[tuple[str, str]]:
    """(sha256, account) of earlier attempts that the batch takes the place of."""
    known = paths_of_contents(con, [file.landed.sha256 for file in batch.files])
    replaced = []
    for file in batch.files:
        sha256 = file.landed.sha256
        for account, paths in known.get(sha256, {}).items():
            if account == file.landed.account or _is_moved(file.landed, paths):
                replaced.append((sha256, account))
    return replaced


def _is_moved(landed: LandedFile, paths: Sequence[str]) -> bool:
    """The file left the folder of another account: its rows must not count in both."""
    landing = landed.path.parents[len(Path(landed.relative_path).parts) - 1]
    return not any((landing / path).exists() for path in paths)


def _rows_by_table(parts: Iterable[CheckedPart]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Rows with the columns that say where they came from, by raw table and columns."""
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[FileReport, Checked]]] = {}
    for part in parts:
        if part.checked is not None and part.checked.rows.height:
            table = raw_table(part.checked.match.contract)
            columns = tuple(part.checked.rows.columns)
            groups.setdefault((table, columns), []).append((part.report, part.checked))
    for (table, _), found in groups.items():
        yield table, _with_origin(found)


def _with_origin(parts: Sequence[tuple[FileReport, Checked]]) -> pl.DataFrame:
    origins = pl.DataFrame(
        [
            (report.file_id, checked.exported_at, report.account, report.variant)
            for report, checked in parts
        ],
        schema=_ORIGIN,
        orient="row",
    )
    heights = [checked.rows.height for _, checked in parts]
    owners = np.repeat(np.arange(len(parts)), heights)
    return pl.concat([checked.rows for _, checked in parts]).hstack(origins[owners])


def _landed(path: Path, landing: Path, hashes: dict[str, SeenFile]) -> LandedFile:
    """The file; what ``hashes`` holds about it is as it is now."""
    status = path.stat()
    relative = path.relative_to(landing)
    name = relative.as_posix()
    known = hashes.get(name)
    if known is None or known[:2] != (status.st_size, status.st_mtime_ns):
        known = hashes[name] = (status.st_size, status.st_mtime_ns, sha256_of(path))
    return LandedFile(
        path=path,
        relative_path=name,
        account=account_of(relative),
        sha256=known[2],
        size=status.st_size,
        delivered_at=datetime.fromtimestamp(status.st_mtime, tz=UTC),
    )


def _is_due(attempts: list[tuple[str, str | None, str]], contracts: Contracts) -> bool:
    """No attempt yet, or one whose contract (for a refusal: whose set of contracts) changed."""
    if not attempts:
        return True
    for status, name, contract_hash in attempts:
        contract = contracts.get(name)
        now = contracts.hash if status == REFUSED or contract is None else contract.hash
        if now != contract_hash:
            return True
    return False
