"""What a published version says about itself: `manifest.json`."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.publishing.errors import BrokenVersionError
from pipelines.publishing.layout import MANIFEST_NAME


class Column(BaseModel):
    """One column of a published table, in its order."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str


class Table(BaseModel):
    """One published table."""

    model_config = ConfigDict(frozen=True)

    rows: int
    is_view: bool = False
    """A view of other published tables, kept as one."""
    columns: tuple[Column, ...]


class Manifest(BaseModel):
    """One published version. `tables` is keyed by `schema.table`."""

    model_config = ConfigDict(frozen=True)

    version: str
    created_at: datetime
    as_of: date | None
    fingerprint: str
    """Of the inputs, as the caller defines it: equal fingerprints, equal content."""
    rules: str | None = None
    """Of the code, the seeds and the settings alone; None: published before it was kept."""
    sources: list[dict[str, Any]]
    """Which sources went in and how fresh each was."""
    checks: dict[str, Any]
    """Results of the checks that let this version pass."""
    tables: dict[str, Table]
    schema_hash: str
    """sha256 over the names and types of all tables and columns."""
    duckdb_version: str
    storage_version: str
    written_whole: str | None = None
    """The version whose file was written whole; a later one changed a copy of the one before it.
    None: published before it was kept."""
    file_bytes: int
    file_sha256: str
    companions: dict[str, str] = {}
    """Name and sha256 of each file that was made from the database and lies beside it."""

    def write(self, folder: Path) -> None:
        """Write `manifest.json` into the folder of the version."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2)
        (folder / MANIFEST_NAME).write_text(text + "\n", "utf-8")


def load_manifest(folder: Path) -> Manifest:
    """Read the manifest of a version folder.

    Raises FileNotFoundError when there is none, BrokenVersionError when it is damaged.
    """
    try:
        return Manifest.model_validate_json((folder / MANIFEST_NAME).read_bytes())
    except ValidationError as error:
        raise BrokenVersionError(folder, error) from None


def hash_schema(tables: dict[str, Table]) -> str:
    """sha256 over table names, column names, their order and types."""
    shape = [
        [name, [[column.name, column.type] for column in tables[name].columns]]
        for name in sorted(tables)
    ]
    return hashlib.sha256(json.dumps(shape, ensure_ascii=False).encode()).hexdigest()


def hash_file(path: Path) -> str:
    """sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
