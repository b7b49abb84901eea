"""Delivered files into the warehouse: all rows and their account in one transaction per file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.exports.check import Checked
from pipelines.exports.contract import raw_table
from pipelines.exports.contract_files import Contracts
from pipelines.exports.ledger import (
    current_attempts,
    forget_refusals,
    insert_frame,
    next_file_id,
    paths_of_content,
    record,
    remember_hash,
    remembered_hashes,
    supersede,
)
from pipelines.exports.report import (
    REFUSED,
    FileReport,
    LandedFile,
    account_of,
    check_landed,
    sha256_of,
)
from pipelines.settings import Settings

_UNFINISHED = (".part", ".tmp", ".crdownload", ".download", ".partial")
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
    attempts = current_attempts(con)
    landed = [
        _landed(con, path, settings.landing_folder, remembered)
        for path in landing_files(settings.landing_folder)
    ]
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


def load_file(
    con: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    contracts: Contracts,
    key: bytes,
    now: datetime,
) -> list[FileReport]:
    """Load one delivered file, replacing what an earlier attempt with its content left.

    One transaction: a process killed at any point leaves all of the file or nothing. Returns one
    report per part, refused parts included. ``now`` is aware. The raw tables must exist
    (``ensure_raw_tables``).
    """
    parts = check_landed(landed, contracts, key)
    con.begin()
    try:
        sha256 = parts[0].report.sha256
        for account in (landed.account, *_moved_from(con, landed, sha256)):
            supersede(con, sha256, account)
        reports = []
        for part in parts:
            report = replace(part.report, file_id=next_file_id(con))
            if part.checked is not None:
                _insert_rows(con, report, part.checked)
            record(con, report, part.checked, now)
            reports.append(report)
        con.commit()
    except BaseException:
        con.rollback()
        raise
    return reports


def _moved_from(con: duckdb.DuckDBPyConnection, landed: LandedFile, sha256: str) -> list[str]:
    """Accounts from whose folder the file was moved here: its rows must not count in both."""
    landing = landed.path.parents[len(Path(landed.relative_path).parts) - 1]
    return [
        account
        for account, paths in paths_of_content(con, sha256).items()
        if account != landed.account and not any((landing / path).exists() for path in paths)
    ]


def _insert_rows(con: duckdb.DuckDBPyConnection, report: FileReport, checked: Checked) -> None:
    constants = {
        "_file_id": report.file_id,
        "_exported_at": checked.exported_at,
        "_account": report.account,
        "_variant": report.variant,
    }
    insert_frame(con, raw_table(checked.match.contract), checked.rows, constants)


def _landed(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    landing: Path,
    remembered: dict[str, tuple[int, int, str]],
) -> LandedFile:
    status = path.stat()
    relative = path.relative_to(landing)
    name = relative.as_posix()
    known = remembered.get(name)
    if known is not None and known[:2] == (status.st_size, status.st_mtime_ns):
        sha256 = known[2]
    else:
        sha256 = sha256_of(path)
        remember_hash(con, name, status.st_size, status.st_mtime_ns, sha256)
    return LandedFile(
        path=path,
        relative_path=name,
        account=account_of(relative),
        sha256=sha256,
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
