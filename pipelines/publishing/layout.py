"""The serving folder: names, the publishing lock, the `current` link, retention, leftovers.

    serving/
      current -> versions/20260131T220000Z
      versions/<version>/siyu.duckdb, manifest.json
      .building-<pid>-<token>/    a version that is being built
      .removing-<version>-<token>/  a version that is being deleted
      .current-<token>            a link about to become `current`
      .publishing.lock

Everything under `versions/` is complete: folders enter it and leave it by rename.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.publishing.errors import PublishError, PublishInProgressError
from pipelines.settings import Settings

DATABASE_NAME = "siyu.duckdb"
MANIFEST_NAME = "manifest.json"
LINK_NAME = "current"
LEFTOVER_PREFIXES = (".building-", ".removing-", ".current-")
READ_ONLY = 0o444


def versions_folder(settings: Settings) -> Path:
    """Folder of the complete versions."""
    return settings.serving_folder / "versions"


def list_versions(settings: Settings) -> list[str]:
    """Names of the complete versions, oldest first."""
    folder = versions_folder(settings)
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def current_version(settings: Settings) -> str | None:
    """Name of the version that `current` points to; None before the first publish.

    None too when somebody deleted its folder. The link is followed anew for that: a version that
    was replaced and retired since its name was read is no deleted one.
    """
    link = settings.serving_folder / LINK_NAME
    try:
        name = Path(os.readlink(link)).name
    except FileNotFoundError:
        return None
    return name if link.exists() else None


def next_version(settings: Settings, now: datetime) -> str:
    """`YYYYMMDDTHHMMSSZ` of `now` in UTC, with a counter when that second is taken.

    Names sort by time. Raises ValueError when `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    base = _stamp(now)
    taken = set(list_versions(settings))
    if base not in taken:
        return base
    names = (f"{base}-{number:03d}" for number in range(2, 1000))
    free = next((name for name in names if name not in taken), None)
    if free is None:
        raise PublishError(f"a thousand versions were published in the second {base}")
    return free


@contextmanager
def publishing_lock(settings: Settings) -> Iterator[None]:
    """Hold the one lock of the serving folder; the kernel drops it when the process dies.

    Raises PublishInProgressError at once when another process holds it. Since only the holder
    builds, whatever is half built while the lock is held belongs to a dead process: process ids,
    which containers reuse, need no guessing.
    """
    settings.serving_folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(
        settings.serving_folder / ".publishing.lock", os.O_RDWR | os.O_CREAT, 0o644
    )
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PublishInProgressError(
                f"another process is publishing into {settings.serving_folder}; "
                "wait until it ends, then publish again"
            ) from error
        yield
    finally:
        os.close(descriptor)


def remove_leftovers(settings: Settings) -> list[str]:
    """Remove what killed processes left behind and return the removed names.

    Removes nothing while another process is publishing: what looks left over is then its work.
    """
    if not settings.serving_folder.is_dir():
        return []
    try:
        with publishing_lock(settings):
            return remove_leftovers_locked(settings)
    except PublishInProgressError:
        return []


def remove_leftovers_locked(settings: Settings) -> list[str]:
    """As `remove_leftovers`, for a caller that holds the publishing lock."""
    removed = []
    for path in sorted(settings.serving_folder.iterdir()):
        if path.name.startswith(LEFTOVER_PREFIXES):
            _remove(path)
            removed.append(path.name)
    return removed


def new_building_folder(settings: Settings) -> Path:
    """Create the folder in which a version is built."""
    name = f".building-{os.getpid()}-{secrets.token_hex(4)}"
    folder = settings.serving_folder / name
    folder.mkdir(parents=True)
    return folder


def install(settings: Settings, building: Path, version: str) -> Path:
    """Move a built folder to its final place, durably, its files read-only; return that place.

    The version is complete but not yet `current`.
    """
    for path in building.iterdir():
        path.chmod(READ_ONLY)
        _sync(path)
    _sync(building)
    folder = versions_folder(settings) / version
    folder.parent.mkdir(exist_ok=True)
    building.rename(folder)
    _sync(folder.parent)
    return folder


def make_current(settings: Settings, version: str) -> None:
    """Point `current` to `version` in one step: a reader finds the old link or the new one."""
    link = settings.serving_folder / f".current-{secrets.token_hex(4)}"
    link.symlink_to(Path("versions") / version)
    os.replace(link, settings.serving_folder / LINK_NAME)
    _sync(settings.serving_folder)


def retire_old_versions(
    settings: Settings, now: datetime, *, forgotten_at: datetime | None = None
) -> list[str]:
    """Delete versions beyond `keep_versions` or older than `keep_days`, never `current`.

    Versions made up to `forgotten_at` go whatever their number and age: they hold somebody who
    was forgotten then. Both moments have a time zone. Returns the names, oldest first.
    """
    names = list_versions(settings)
    surplus = max(len(names) - settings.keep_versions, 0)
    current = current_version(settings)
    old = [name for name in names if name != current]
    last = _stamp(now - timedelta(days=settings.keep_days))
    if forgotten_at is not None:
        last = max(last, _stamp(forgotten_at))
    retired = [
        name for number, name in enumerate(old) if number < surplus or name[: len(last)] <= last
    ]
    for name in retired:
        # Renamed first: a version that a killed process half deleted is never listed.
        doomed = settings.serving_folder / f".removing-{name}-{secrets.token_hex(4)}"
        (versions_folder(settings) / name).rename(doomed)
        _remove(doomed)
    return retired


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
