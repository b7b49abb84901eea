"""A published version that answers the same question twice out of memory: it never changes.

Figures ask some questions alike: what the last day is, or a table of which a choice shows a part.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import polars as pl

from dashboard.figures import Snapshot
from pipelines.publishing import Manifest

_KEPT = 500
"""Answers; most have fewer than a hundred rows."""


class Remembered:
    """The `Snapshot` of one version, with its latest answers kept. Errors are not kept."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._polars = lru_cache(_KEPT)(snapshot.polars)
        self._fetch = lru_cache(_KEPT)(snapshot.fetch)

    @cached_property
    def manifest(self) -> Manifest:
        """Of the version that is read."""
        return self._snapshot.manifest

    def polars(self, sql: str, parameters: Sequence[object] | None = None) -> pl.DataFrame:
        """Rows of one SELECT. Raises QueryError."""
        return self._polars(sql, None if parameters is None else tuple(parameters))

    def fetch(
        self, sql: str, parameters: Sequence[object] | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of one SELECT. Raises QueryError."""
        return self._fetch(sql, None if parameters is None else tuple(parameters))
