"""The key of the personal-data hashes: 32 random bytes in a file outside the warehouse."""

from __future__ import annotations

import hmac
import os
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

KEY_BYTES = 32


class KeyFileError(Exception):
    """The key file exists but cannot serve as a key."""


def load_or_create_key(settings: Settings) -> bytes:
    """Return the 32-byte key at ``settings.key_file``; create it (mode 0600) when absent.

    Creation is atomic: two processes that start together end with the same key. Raises
    ``KeyFileError`` when the file holds anything but 32 bytes: guessing would silently change
    every key in the warehouse.
    """
    path = settings.key_file
    if not path.exists():
        _create(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"{path}: the personal-data key must be {KEY_BYTES} bytes, this file has {len(key)}. "
            "Restore it from the backup; a new key needs a full reload of every export file."
        )
    return key


def check_key(warehouse: duckdb.DuckDBPyConnection, key: bytes, path: Path) -> None:
    """Hold the key of ``path`` against the one that the warehouse's rows were hashed with.

    Raises ``KeyFileError`` for another one, as when the file was lost and a new one was made:
    people of new files would match nobody. The first key that is seen is the warehouse's.
    """
    mark = hmac.digest(key, b"key mark", "sha256").hex()[:16]
    known = warehouse.execute("select mark from ledger.key_mark").fetchall()
    if not known:
        warehouse.execute("insert into ledger.key_mark values ($1)", [mark])
    elif known != [(mark,)]:
        raise KeyFileError(
            f"{path}: the warehouse was hashed with another key. Restore it from the backup over "
            "this file; one that is lost for good costs a new warehouse (docs/operations.md, "
            "backups and restore)."
        )


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # unlike a rename, never replaces a key that won the race
        except FileExistsError:
            return
    finally:
        os.unlink(temporary)
