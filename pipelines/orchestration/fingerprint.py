"""What a result was made from, as one hash: equal inputs, equal result."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from pipelines.settings import Settings

_CODE = ("pipelines", "dbt_project/models", "dbt_project/macros", "dbt_project/seeds", "brand")
_CODE_SUFFIXES = {".py", ".sql", ".yml", ".csv", ".json", ".md"}
_NOT_OF_DBT = ("target", "logs", ".user.yml")
_READS_ONLY = "audiences"
"""Folder of the brand and of the package that reads published figures and changes none."""


def files_fingerprint(root: Path, files: Iterable[Path]) -> str:
    """SHA-256 (hex) over the relative names and the bytes of `files`, in name order."""
    digest = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def dbt_sources_fingerprint(settings: Settings) -> str:
    """SHA-256 (hex) over names and bytes of every file that dbt reads."""
    root = settings.dbt_project_folder
    files = (
        path
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] not in _NOT_OF_DBT
    )
    return files_fingerprint(root, files)


def evidence_fingerprint(settings: Settings) -> str:
    """SHA-256 (hex) over what makes rows of files into evidence of identity.

    With another one, all evidence is read anew. The rules that judge it do not count.
    """
    project = settings.dbt_project_folder
    folders = ("macros", "models/staging", "models/intermediate/identity")
    files = {path for folder in folders for path in (project / folder).rglob("*.sql")}
    return files_fingerprint(project, files - set((project / "models/staging/identity").iterdir()))


def inputs_fingerprint(settings: Settings, warehouse: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 (hex) over everything that can change a published number.

    The code, the rules and the brand's settings; of every delivered file its content hash, its
    contract's hash and its export time; and who was handed over to ad platforms on which day.
    """
    home = settings.home
    code = [path for folder in _CODE for path in _files_that_count(home / folder)]
    digest = hashlib.sha256(files_fingerprint(home, code).encode())
    own = settings.brand_configuration
    if own != home / "brand":
        digest.update(files_fingerprint(own, _files_that_count(own)).encode())
    digest.update(repr((settings.as_of_date, settings.brand)).encode())
    rows = warehouse.execute(
        "select sha256, coalesce(member, ''), account, contract_hash, exported_at, status "
        "from ledger.files where is_current order by all"
    ).fetchall()
    digest.update(repr(rows).encode())
    handed_over = warehouse.execute(
        "select count(*), sum(hash(handed_over)) from ledger.handed_over"
    ).fetchall()
    digest.update(repr(handed_over).encode())
    return digest.hexdigest()


def _files_that_count(folder: Path) -> Iterator[Path]:
    """Files that can change a published number."""
    for path in folder.rglob("*"):
        reads_only = _READS_ONLY in path.relative_to(folder).parts[:-1]
        if path.suffix in _CODE_SUFFIXES and not reads_only and path.is_file():
            yield path
