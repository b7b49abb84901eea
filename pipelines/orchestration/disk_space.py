"""A full disk, which every library tells in its own words and most in a traceback."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.settings import Settings

_FULL = 64_000_000
"""Bytes: with less left, a failure is the disk's. What could not be written leaves some behind."""


class DiskFullError(RuntimeError):
    """Something failed while the disk was full; the message says what to do."""


@contextmanager
def naming_a_full_disk(settings: Settings) -> Iterator[None]:
    """Turn any error of a full disk into one that says so.

    Log records that cannot be written are lost in silence, not with a traceback each.

    Raises:
        DiskFullError: in place of the error.
    """
    told, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        yield
    except Exception as error:
        check_disk(settings, error)
        raise
    finally:
        logging.raiseExceptions = told


def check_disk(settings: Settings, cause: Exception | None = None) -> None:
    """Say that the disk is full, if it is; `cause` is what failed.

    Raises:
        DiskFullError: hardly anything is free in the data folder.
    """
    folder, warehouse = settings.data_folder, settings.warehouse_path
    free = shutil.disk_usage(folder).free if folder.is_dir() else _FULL
    if free >= _FULL:
        return
    size = warehouse.stat().st_size if warehouse.exists() else 0
    raise DiskFullError(
        f"the disk of {folder} is full ({free / 1e6:,.0f} MB are free). Nothing was published; "
        "readers go on with the last version. Remedy: make room, "
        f"{(size + _FULL) / 1e6:,.0f} MB or more, and refresh again; nothing has to be cleaned up."
    ) from cause
