"""The one door to the warehouse file: only the pipeline opens it, one process at a time."""

from __future__ import annotations

import fcntl
import logging
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from pipelines.settings import Settings

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.5
_HOLDER = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
"""Whom DuckDB names in the error of a file that it cannot lock."""


class RefreshRunningError(RuntimeError):
    """Another process refreshes this warehouse; the message names it and the remedy."""


class NoWarehouseError(RuntimeError):
    """Nothing was loaded yet; the message says what to run."""


@contextmanager
def open_warehouse(
    settings: Settings,
    *,
    read_only: bool = False,
    must_exist: bool = False,
    wait_seconds: float = 120.0,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse as a connection in UTC, closed on leaving. Creates the file when
    absent, unless it is to be read only or `must_exist`.

    Waits up to `wait_seconds` while another process has it open, such as `siyu prepare`, and says
    so in the log at once.

    Raises:
        RefreshRunningError: it is still open elsewhere after that.
        NoWarehouseError: it must exist and does not.
    """
    if (read_only or must_exist) and not settings.warehouse_path.exists():
        raise NoWarehouseError(
            f"there is no warehouse at {settings.warehouse_path} yet; `siyu refresh` makes it"
        )
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(settings, read_only, wait_seconds)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


@contextmanager
def reading_warehouse(settings: Settings, verb: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse read-only, at once or not at all; `verb` is what the user called.

    Raises:
        RefreshRunningError: a refresh is writing, or another program has it open.
        NoWarehouseError: there is nothing to read yet.
    """
    with ExitStack() as stack:
        try:
            reading = open_warehouse(settings, read_only=True, wait_seconds=0)
            connection = stack.enter_context(reading)
        except RefreshRunningError:
            if not _refresher(settings):
                raise  # names the process that has it open
            raise RefreshRunningError(
                f"a refresh is writing {settings.warehouse_path.name} right now, and `{verb}` "
                "asks the warehouse itself. Ask again when the refresh has ended."
            ) from None
        yield connection


def _connect(settings: Settings, read_only: bool, wait_seconds: float) -> duckdb.DuckDBPyConnection:
    deadline, is_told = time.monotonic() + wait_seconds, False
    while True:
        try:
            return duckdb.connect(str(settings.warehouse_path), read_only=read_only)
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            holder, remedy = _in_the_way(settings, error)
            if time.monotonic() > deadline:
                raise RefreshRunningError(f"{holder}. {remedy}") from None
            if not is_told:
                _LOG.warning("%s: waiting up to %.0f seconds. %s", holder, wait_seconds, remedy)
                is_told = True
            time.sleep(_POLL_SECONDS)


def _in_the_way(settings: Settings, error: duckdb.IOException) -> tuple[str, str]:
    """Who has the warehouse open, as two sentences: who it is, and what to do."""
    path = settings.warehouse_path
    refresher = _refresher(settings)
    if refresher and refresher != os.getpid():
        return (
            f"a refresh (PID {refresher}) is writing {path}",
            "Let it end; readers need not wait: `siyu query` works.",
        )
    found = _HOLDER.search(str(error))
    holder = f"{found['program']} (PID {found['pid']})" if found else str(error)
    return (
        f"{path} is open in another process: {holder}",
        "The warehouse has one writer and no readers: close that program or end that process; "
        "read with `siyu query` instead.",
    )


@contextmanager
def refresh_lock(settings: Settings) -> Iterator[None]:
    """Hold the right to refresh; a killed holder loses it with its process.

    Raises:
        RefreshRunningError: another living process holds it.
    """
    path = settings.warehouse_path.parent / "refresh.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(path)
            running = (
                f"a refresh of {settings.warehouse_path.name} is already running (process {holder})"
                if holder
                else f"another program, such as a backup, holds {path}"
            )
            raise RefreshRunningError(
                f"{running}. Wait for it to end; readers need not wait: `siyu query` works."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)  # whoever holds it next, such as a backup, may write no number


def _refresher(settings: Settings) -> int | None:
    """The process that holds the right to refresh, 0 for one that is no `siyu`; None: nobody."""
    path = settings.warehouse_path.parent / "refresh.lock"
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int(_read(path) or 0)
    return None


def _read(path: Path) -> str:
    return path.read_text("utf-8").strip()


def table_counts(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, int]:
    """Rows per table, for names `schema.table` that the package itself declares."""
    names = sorted(tables)
    query = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    return dict(connection.execute(query).fetchall()) if names else {}
