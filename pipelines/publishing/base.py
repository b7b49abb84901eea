"""Whether a new version may begin as a copy of the current one's file."""

from __future__ import annotations

from datetime import datetime

import duckdb

from pipelines.publishing import layout
from pipelines.publishing.manifest import load_manifest
from pipelines.publishing.snapshot import STORAGE_VERSION, Base
from pipelines.settings import Settings

_MOST_GROWTH = 1.5
"""A file that is so many times the last one that was written whole wastes space."""


def choose_base(
    settings: Settings, *, rules: str | None, forgotten_at: datetime | None
) -> Base | None:
    """The current version, if a copy of its file may be changed; None: write the file whole.

    Rows that a change deletes stay unreadable in the file, until it is written whole again. So it
    may hold nothing that must be gone: it was made by the same rules (no column went away), after
    the last person was forgotten, and the version that was written whole is still kept, which
    ends after `keep_versions` of them.
    """
    name, kept = layout.current_version(settings), layout.list_versions(settings)
    if name not in kept or rules is None:
        return None
    folder = layout.versions_folder(settings)
    current = load_manifest(folder / name)
    if current.written_whole not in kept:
        return None
    whole = load_manifest(folder / current.written_whole)
    same_rules = (current.rules, current.duckdb_version, current.storage_version) == (
        rules,
        duckdb.__version__,
        STORAGE_VERSION,
    )
    nobody_forgotten = forgotten_at is None or whole.created_at > forgotten_at
    compact = current.file_bytes <= _MOST_GROWTH * whole.file_bytes
    path = folder / name / layout.DATABASE_NAME
    is_whole = path.exists() and path.stat().st_size == current.file_bytes
    if not (same_rules and nobody_forgotten and compact and is_whole):
        return None
    return Base(path, whole.version)
