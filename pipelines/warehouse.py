"""The one door to the warehouse file: only the pipeline opens it, one process at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from pipelines.settings import Settings

_POLL_SECONDS = 0.5


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

    Waits up to `wait_seconds` while another process has it open, such as `siyu prepare`.

    Raises:
        RefreshRunningError: it is still open elsewhere after that.
        NoWarehouseError: it must exist and does not.
    """
    if (read_only or must_exist) and not settings.warehouse_path.exists():
        raise NoWarehouseError(
            f"there is no warehouse at {settings.warehouse_path} yet; `siyu refresh` makes it"
        )
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(settings.warehouse_path, read_only, wait_seconds)
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
            if not _is_refreshing(settings):
                raise  # names the process that has it open
            raise RefreshRunningError(
                f"a refresh is writing {settings.warehouse_path.name} right now, and `{verb}` "
                "asks the warehouse itself. Ask again when the refresh has ended."
            ) from None
        yield connection


def _connect(path: Path, read_only: bool, wait_seconds: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise RefreshRunningError(
                    f"{path} is open in another process: {error}. The warehouse has one writer "
                    "and no readers: end that process; read with `siyu query` instead."
                ) from None
            time.sleep(_POLL_SECONDS)


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
            holder = _read(path) or "unknown"
            raise RefreshRunningError(
                f"a refresh of {settings.warehouse_path.name} is already running (process "
                f"{holder}). Wait for it to end; readers need not wait: `siyu query` works."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _is_refreshing(settings: Settings) -> bool:
    try:
        with (settings.warehouse_path.parent / "refresh.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _read(path: Path) -> str:
    return path.read_text("utf-8").strip()


def table_counts(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, int]:
    """Rows per table, for names `schema.table` that the package itself declares."""
    names = sorted(tables)
    query = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    return dict(connection.execute(query).fetchall()) if names else {}
