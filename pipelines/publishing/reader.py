"""Reads published versions: what `siyu query`, notebooks and the dashboard use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from pipelines.publishing import layout
from pipelines.publishing.access import check_query, open_read_only
from pipelines.publishing.errors import (
    BrokenVersionError,
    NothingPublishedError,
    PublishingError,
    QueryError,
    UnknownVersionError,
    is_damage,
)
from pipelines.publishing.manifest import Manifest, load_manifest
from pipelines.publishing.relations import PUBLISHED_SCHEMAS
from pipelines.settings import Settings

if TYPE_CHECKING:
    import polars

Parameters = Sequence[object] | Mapping[str, object]

ATTEMPTS = 5
"""A version can be retired between reading `current` and opening it; then `current` has moved."""

_NO_DATABASE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException)
"""What DuckDB raises when it opens a file that is absent, cut short or overwritten."""

_SEARCH_PATH = f"set search_path = '{','.join(PUBLISHED_SCHEMAS)}'"
"""So that `show tables` lists what is published, and a name needs no schema. Of a session alone."""

_NO_FILES = (
    "the snapshot's readers see its tables and no files; remedy: read the file with Polars or a "
    "duckdb.connect() of your own, and the snapshot with siyu.connect().polars(…)"
)


def connect(
    settings: Settings | None = None, version: str | None = None, *, follow: bool = True
) -> SnapshotConnection:
    """Open the published snapshot for reading; use it as a context manager or close it.

    Without `version` the connection follows `current`: each query reads the newest version.
    With `follow=False` it stays on the version that is current now, so that several queries agree
    with each other; with `version` it reads that kept version.

    Raises NothingPublishedError, UnknownVersionError or BrokenVersionError.

    >>> with connect() as snapshot:                                       # doctest: +SKIP
    ...     columns, rows = snapshot.fetch("select * from marts.rpt_aipl_tiers")
    """
    settings = settings or Settings()
    if version is not None:
        _check_version(settings, version)
    return SnapshotConnection(settings, version, follow=follow and version is None)


def versions(settings: Settings | None = None) -> list[Manifest]:
    """Manifests of the kept versions, oldest first; empty when nothing is published.

    Raises BrokenVersionError when one of them cannot be read.
    """
    manifests, broken = kept_versions(settings or Settings())
    if broken:
        raise broken[0]
    return manifests


def kept_versions(settings: Settings) -> tuple[list[Manifest], list[BrokenVersionError]]:
    """Manifests of the kept versions, oldest first, and what is wrong with the others."""
    manifests, broken = [], []
    for name in layout.list_versions(settings):
        try:
            manifests.append(load_manifest(layout.versions_folder(settings) / name))
        except FileNotFoundError:  # retired since it was listed
            continue
        except BrokenVersionError as error:
            broken.append(error)
    return manifests, broken


def read_manifest(settings: Settings | None = None, version: str | None = None) -> Manifest:
    """Manifest of `version`, else of the current version.

    Raises NothingPublishedError, UnknownVersionError or BrokenVersionError.
    """
    settings = settings or Settings()
    for _ in range(ATTEMPTS):
        name = version or _current(settings)
        try:
            return load_manifest(layout.versions_folder(settings) / name)
        except FileNotFoundError:
            if version is not None:
                break
    _check_version(settings, name)
    return load_manifest(layout.versions_folder(settings) / name)


def is_unreadable(error: duckdb.Error) -> bool:
    """A file that could not be opened is no whole database."""
    return isinstance(error, _NO_DATABASE) or is_damage(error)


class SnapshotFile:
    """A read-only connection to one database file, published or about to be."""

    def __init__(self, database: Path, manifest: Manifest) -> None:
        self._manifest = manifest
        self._folder = database.parent
        self._connection = open_read_only(database)

    @property
    def manifest(self) -> Manifest:
        """Manifest of the version that is read."""
        return self._manifest

    @property
    def version(self) -> str:
        """Name of the version that is read."""
        return self._manifest.version

    def query(self, sql: str, parameters: Parameters | None = None) -> duckdb.DuckDBPyRelation:
        """A lazy relation over one SELECT; it stays on the version that is read now.

        Raises QueryError when the statement is wrong or does more than read. Errors that only
        running it shows come later, as duckdb.Error: `failure` says what they mean, as `fetch`,
        `polars` and `frame` do.
        """
        try:
            cursor = self._reader().cursor()
            cursor.execute(_SEARCH_PATH)
            check_query(cursor, sql, parameters)
            return cursor.sql(sql, params=parameters)
        except duckdb.CatalogException as error:
            raise QueryError(f"{error}{self._nearest_tables(error)}") from error
        except duckdb.PermissionException as error:
            raise QueryError(f"{error}\n{_NO_FILES}") from error
        except duckdb.Error as error:
            raise self.failure(error) from error

    def failure(self, error: Exception) -> PublishingError:
        """What to raise when reading failed: it is the fault of the query, or of a damaged file."""
        if is_damage(error):
            return BrokenVersionError(self._folder, error)
        return QueryError(str(error))

    def _nearest_tables(self, error: duckdb.CatalogException) -> str:
        """Published tables whose names are like that of the table which does not exist."""
        wanted = re.search(r"Table with name (\S+) does not exist", str(error))
        if not wanted:
            return ""
        by_name = {name.rsplit(".", 1)[-1]: name for name in self.manifest.tables}
        nearest = difflib.get_close_matches(wanted[1].lower(), by_name, n=3, cutoff=0.5)
        hint = f"published: {', '.join(by_name[name] for name in nearest)}; " if nearest else ""
        return f"\n{hint}siyu query 'show tables' lists all"

    def fetch(
        self, sql: str, parameters: Parameters | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and all rows of one SELECT. Raises QueryError or BrokenVersionError."""
        relation = self.query(sql, parameters)
        try:
            return list(relation.columns), relation.fetchall()
        except duckdb.Error as error:
            raise self.failure(error) from error

    def frame(self, relation: duckdb.DuckDBPyRelation) -> polars.DataFrame:
        """All rows of a relation as a Polars frame. Raises QueryError or BrokenVersionError."""
        import polars

        try:
            return relation.pl()
        except duckdb.Error as error:
            raise self.failure(error) from error
        except polars.exceptions.PolarsError as error:
            raise QueryError(f"{error}; remedy: cast that column, such as x::varchar") from error

    def polars(self, sql: str, parameters: Parameters | None = None) -> polars.DataFrame:
        """All rows of one SELECT as a Polars frame. Raises QueryError or BrokenVersionError."""
        return self.frame(self.query(sql, parameters))

    def close(self) -> None:
        """Release the file; further queries raise QueryError."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _reader(self) -> duckdb.DuckDBPyConnection:
        return self._connection


class SnapshotConnection(SnapshotFile):
    """A read-only connection to a published version; made by `connect`."""

    def __init__(self, settings: Settings, version: str | None, *, follow: bool) -> None:
        self._settings = settings
        self._follow = follow
        self._version, self._connection = self._open(version)

    @property
    def version(self) -> str:
        """The version that the last query read, or the next one unless `current` has moved."""
        return self._version

    @property
    def manifest(self) -> Manifest:
        """Manifest of `version`."""
        return read_manifest(self._settings, self._version)

    def close(self) -> None:
        """Release the file; further queries raise QueryError."""
        self._follow = False
        super().close()

    def _reader(self) -> duckdb.DuckDBPyConnection:
        if self._follow and layout.current_version(self._settings) != self._version:
            # The old connection is dropped, not closed: a relation of it may still be in use.
            self._version, self._connection = self._open(None)
        return self._connection

    def _open(self, version: str | None) -> tuple[str, duckdb.DuckDBPyConnection]:
        for attempt in range(1, ATTEMPTS + 1):
            name = version or _current(self._settings)
            # The real path: DuckDB keeps one open file per path and process, so a connection
            # through the link would go on reading the version that the link meant at first.
            self._folder = layout.versions_folder(self._settings) / name
            path = self._folder / layout.DATABASE_NAME
            try:
                return name, open_read_only(path)
            except duckdb.Error as error:
                if not is_unreadable(error):
                    raise
                if path.exists() or attempt == ATTEMPTS:
                    raise BrokenVersionError(self._folder, error) from error
        raise AssertionError("unreachable: the last attempt returns or raises")


def _current(settings: Settings) -> str:
    version = layout.current_version(settings)
    if version is None and (settings.serving_folder / layout.LINK_NAME).is_symlink():
        raise NothingPublishedError(
            f"the newest version is gone from {settings.serving_folder}; remedy: siyu refresh "
            "--full, and meanwhile --version with one of `siyu versions`"
        )
    if version is None:
        raise NothingPublishedError(
            f"nothing is published in {settings.serving_folder} yet; remedy: make run"
        )
    return version


def _check_version(settings: Settings, version: str) -> None:
    kept = layout.list_versions(settings)
    if version in kept:
        return
    _current(settings)
    nearest = difflib.get_close_matches(version, kept, n=3, cutoff=0.0)
    raise UnknownVersionError(
        f"version {version!r} is not kept ({len(kept)} are); nearest: {', '.join(nearest)}"
    )
