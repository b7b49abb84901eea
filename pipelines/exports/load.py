"""Delivered files into the warehouse: all rows of a file and their account in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import duckdb
import polars as pl

from pipelines.exports.contract import raw_table
from pipelines.exports.contract_files import Contracts
from pipelines.exports.ledger import (
    SeenFile,
    current_attempts,
    forget_refusals,
    insert_frame,
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
    account_of,
    check_landed,
    sha256_of,
)
from pipelines.settings import Settings

_UNFINISHED = (".part", ".tmp", ".crdownload", ".download", ".partial")
_BATCH_FILES = 50
_BATCH_BYTES = 32 * 1024**2
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
    """Load delivered files, several in one transaction; yields the reports of one file at a time.

    A process killed at any point leaves all of a file or nothing. A file that is gone before it is
    read is left out. The raw tables must exist (``ensure_raw_tables``).
    """
    batch = _Batch()
    for landed in pending:
        try:
            parts = check_landed(landed, contracts, key)
        except FileNotFoundError:
            continue
        if batch.is_full or batch.holds(landed, parts):
            yield from _write(con, batch)
            batch = _Batch()
        batch.files.append((landed, parts))
    yield from _write(con, batch)


@dataclass
class _Batch:
    """Checked files that are written together."""

    files: list[tuple[LandedFile, list[CheckedPart]]] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        size = sum(landed.size for landed, _ in self.files)
        return size >= _BATCH_BYTES or len(self.files) >= _BATCH_FILES

    def holds(self, landed: LandedFile, parts: list[CheckedPart]) -> bool:
        """The same content of the same account: a file was replaced while it was read."""
        content = parts[0].report.sha256, landed.account
        return content in {(p[0].report.sha256, other.account) for other, p in self.files}


def _write(con: duckdb.DuckDBPyConnection, batch: _Batch) -> list[list[FileReport]]:
    """All rows of the batch and their accounts in one transaction."""
    if not batch.files:
        return []
    con.begin()
    try:
        supersede(con, _replaced(con, batch))
        file_ids = count(next_file_id(con))
        written = [
            [
                CheckedPart(replace(part.report, file_id=next(file_ids)), part.checked)
                for part in parts
            ]
            for _, parts in batch.files
        ]
        flat = [part for parts in written for part in parts]
        for (table, _), frames in _rows_by_table(flat).items():
            insert_frame(con, table, pl.concat(frames))
        record(con, flat, datetime.now(UTC))
        con.commit()
    except BaseException:
        con.rollback()
        raise
    return [[part.report for part in parts] for parts in written]


def _replaced(con: duckdb.DuckDBPyConnection, batch: _Batch) -> list[tuple[str, str]]:
    """(sha256, account) of earlier attempts that the batch takes the place of."""
    known = paths_of_contents(con, [parts[0].report.sha256 for _, parts in batch.files])
    replaced = []
    for landed, parts in batch.files:
        sha256 = parts[0].report.sha256
        for account, paths in known.get(sha256, {}).items():
            if account == landed.account or _is_moved(landed, paths):
                replaced.append((sha256, account))
    return replaced


def _is_moved(landed: LandedFile, paths: Sequence[str]) -> bool:
    """The file left the folder of another account: its rows must not count in both."""
    landing = landed.path.parents[len(Path(landed.relative_path).parts) - 1]
    return not any((landing / path).exists() for path in paths)


def _rows_by_table(
    parts: Iterable[CheckedPart],
) -> dict[tuple[str, tuple[str, ...]], list[pl.DataFrame]]:
    """Rows with the columns that say where they came from, by raw table and columns."""
    frames: dict[tuple[str, tuple[str, ...]], list[pl.DataFrame]] = {}
    for part in parts:
        if part.checked is None or not part.checked.rows.height:
            continue
        report, rows = part.report, part.checked.rows
        frame = rows.with_columns(
            _file_id=pl.lit(report.file_id, pl.Int64),
            _exported_at=pl.lit(part.checked.exported_at, pl.Datetime("us")),
            _account=pl.lit(report.account),
            _variant=pl.lit(report.variant),
        )
        table = raw_table(part.checked.match.contract)
        frames.setdefault((table, tuple(frame.columns)), []).append(frame)
    return frames


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
