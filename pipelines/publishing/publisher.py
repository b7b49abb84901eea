"""Publishes the warehouse: build aside, verify, rename, swap one link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publishing import layout
from pipelines.publishing.base import choose_base
from pipelines.publishing.errors import CopyDiffersError, PublishError
from pipelines.publishing.manifest import Manifest, Table, hash_file, hash_schema
from pipelines.publishing.reader import SnapshotFile
from pipelines.publishing.snapshot import STORAGE_VERSION, write_snapshot
from pipelines.settings import Settings

Companion = Callable[[SnapshotFile], bytes]
"""Makes the content of a file that is kept with the version, from the version's database."""


@dataclass(frozen=True)
class PublishedVersion:
    """A version that is now `current`."""

    version: str
    folder: Path
    manifest: Manifest
    retired: tuple[str, ...]
    """Versions that were deleted: beyond `keep_versions`, too old, or with forgotten people."""

    @property
    def database(self) -> Path:
        """The DuckDB file of this version."""
        return self.folder / layout.DATABASE_NAME


def publish(
    settings: Settings,
    *,
    now: datetime,
    as_of: date | None,
    sources: list[dict[str, Any]],
    checks: dict[str, Any],
    fingerprint: str,
    rules: str | None = None,
    forgotten_at: datetime | None = None,
    companions: Mapping[str, Companion] | None = None,
) -> PublishedVersion:
    """Publish the schemas `customer_center` and `marts` of the warehouse as a new version.

    `now` (with time zone) names the version; `as_of` is the local day that the marts describe;
    `sources`, `checks`, `fingerprint` (of the inputs) and `rules` (of the inputs that are no
    delivered file) go into the manifest as they are.
    Whether equal content is worth a new version is the caller's decision. Versions made up to
    `forgotten_at` are deleted afterwards: they hold a person who was forgotten then.

    `companions` make files of the version by their names, from the finished database: they lie
    beside it and their hashes stand in the manifest. One that raises stops the publish.

    Readers see the old version until the last step and the new one after it. A process that is
    killed at any point leaves `current` readable; its leftovers go at the next publish.

    Raises PublishInProgressError when another process publishes, PublishError when the warehouse
    is absent, empty or the copy does not verify, duckdb.Error when the warehouse cannot be read.
    """
    with layout.publishing_lock(settings):
        layout.remove_leftovers_locked(settings)
        version = layout.next_version(settings, now)
        building = layout.new_building_folder(settings)
        try:
            database = building / layout.DATABASE_NAME
            tables, whole = _write(settings, database, version, rules, forgotten_at)
            manifest = Manifest(
                version=version,
                created_at=now.astimezone(UTC),
                as_of=as_of,
                fingerprint=fingerprint,
                rules=rules,
                sources=sources,
                checks=checks,
                tables=tables,
                schema_hash=hash_schema(tables),
                duckdb_version=duckdb.__version__,
                storage_version=STORAGE_VERSION,
                written_whole=whole,
                file_bytes=database.stat().st_size,
                file_sha256=hash_file(database),
            )
            manifest = _add_companions(building, manifest, companions or {})
            manifest.write(building)
            folder = layout.install(settings, building, version)
        except BaseException:
            layout.remove_leftovers_locked(settings)
            raise
        layout.make_current(settings, version)
        retired = layout.retire_old_versions(settings, now, forgotten_at=forgotten_at)
    return PublishedVersion(version, folder, manifest, tuple(retired))


def _write(
    settings: Settings,
    database: Path,
    version: str,
    rules: str | None,
    forgotten_at: datetime | None,
) -> tuple[dict[str, Table], str]:
    """Write the one file; returns its tables and the version that was written whole."""
    tables, whole = None, version
    base = choose_base(settings, rules=rules, forgotten_at=forgotten_at)
    if base:
        try:
            tables, whole = write_snapshot(settings.warehouse_path, database, base), base.whole
        except CopyDiffersError:  # as when a row stands twice, which changes cannot tell apart
            database.unlink()
    if tables is None:
        tables = write_snapshot(settings.warehouse_path, database)
    unexpected = sorted(path.name for path in database.parent.iterdir() if path != database)
    if unexpected:
        raise PublishError(f"the snapshot is not one file: {', '.join(unexpected)} lies beside it")
    return tables, whole


def _add_companions(
    building: Path, manifest: Manifest, companions: Mapping[str, Companion]
) -> Manifest:
    hashes = {}
    for name, make in companions.items():
        file = building / name
        with SnapshotFile(building / layout.DATABASE_NAME, manifest) as snapshot:
            file.write_bytes(make(snapshot))
        hashes[name] = hash_file(file)
    return manifest.model_copy(update={"companions": hashes})
