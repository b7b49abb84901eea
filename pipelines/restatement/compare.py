"""The values of every metric in two versions, day by day, and what made them differ."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.metrics.catalogue import Metric, read_catalogue
from pipelines.orchestration.dbt_manifest import read_manifest as read_dbt_manifest
from pipelines.publishing.errors import BrokenVersionError
from pipelines.publishing.layout import DATABASE_NAME, versions_folder
from pipelines.publishing.reader import is_unreadable, read_manifest
from pipelines.restatement.facts import CAUSES, FACTS, Counts, changed_rows
from pipelines.restatement.values import daily_values, is_daily
from pipelines.settings import Settings

RULE_CHANGE, TIME, UNEXPLAINED = "rule_change", "time_passed", "unexplained"
_RIPENING = {"is_mature", "is_period_over", "observed_through", "lifecycle_stage"}
"""Columns of tables whose figures of a past period grow until it has been watched to its end."""


@dataclass(frozen=True)
class Side:
    """One of two versions: its database as attached, and what its manifest says."""

    catalog: str
    as_of: date
    rules: str | None
    """Hash of code, seeds and settings; None: published before it was kept."""


@dataclass(frozen=True)
class Restatement:
    """A metric's value of a past day that the newer version states otherwise."""

    metric: str
    label_zh: str
    day: date
    published: float | None
    restated: float | None
    cause: str
    is_same_day: bool
    """The counted rows are of this very day; else of any day, such as a customer's past."""
    rows: Mapping[str, int]
    """Changed rows behind it, by cause."""
    is_rule_change: bool

    @property
    def difference(self) -> float:
        """Restated minus published; what has no value counts as 0."""
        return (self.restated or 0) - (self.published or 0)


@dataclass(frozen=True)
class _Behind:
    """Changed rows of the facts that a metric rests on, by cause."""

    of_any: Counter[str]
    of_day: defaultdict[date, Counter[str]]


def compare_versions(
    settings: Settings, version: str, newer: str | None = None
) -> list[Restatement]:
    """What the kept version `newer`, by default the newest, states otherwise than `version`.

    Raises NothingPublishedError, UnknownVersionError or BrokenVersionError.
    """
    manifests = [read_manifest(settings, version), read_manifest(settings, newer)]
    sides = []
    with duckdb.connect() as connection:
        for catalog, manifest in zip(("older", "newer"), manifests, strict=True):
            attach(connection, versions_folder(settings) / manifest.version, catalog)
            as_of = manifest.as_of or date.min
            sides.append(Side(catalog, as_of, manifest.rules))
        return restatements(settings, connection, *sides)


def attach(connection: duckdb.DuckDBPyConnection, folder: Path, catalog: str) -> None:
    """Attach the database of a version's folder, read-only. Raises BrokenVersionError."""
    path = str(folder / DATABASE_NAME).replace("'", "''")
    try:
        connection.execute(f"attach '{path}' as {catalog} (read_only)")
    except duckdb.Error as error:
        if not is_unreadable(error):
            raise
        raise BrokenVersionError(folder, error) from error


def restatements(
    settings: Settings, connection: duckdb.DuckDBPyConnection, older: Side, newer: Side
) -> list[Restatement]:
    """Every metric and day up to the older as-of day with another value, the widest first."""
    last_day = min(older.as_of, newer.as_of)
    counts = changed_rows(connection, older.catalog, newer.catalog, last_day)
    sources = _facts_of_tables(read_dbt_manifest(settings))
    found = []
    for metric in filter(is_daily, read_catalogue(settings).metrics.values()):
        facts = set().union(*(sources.get(measure.table, set()) for measure in metric.measures))
        behind = _behind(counts, facts)
        found += [
            _explained(metric, day, values, behind, older, newer)
            for day, values in _differences(connection, metric, older, newer, last_day)
        ]
    return sorted(found, key=lambda one: (one.metric, one.day))


def _differences(
    connection: duckdb.DuckDBPyConnection, metric: Metric, older: Side, newer: Side, last_day: date
) -> Iterator[tuple[date, tuple[float | None, float | None]]]:
    try:
        published = daily_values(connection, older.catalog, metric, last_day)
    except duckdb.CatalogException:
        return  # that version had no such table: nothing was published
    except duckdb.BinderException:
        return  # nor such a column
    restated = daily_values(connection, newer.catalog, metric, last_day)
    for day in sorted(published.keys() | restated.keys()):
        pair = published.get(day), restated.get(day)
        if not math.isclose(pair[0] or 0, pair[1] or 0, rel_tol=1e-9, abs_tol=1e-9):
            yield day, pair


def _behind(counts: Counts, facts: set[str]) -> _Behind:
    behind = _Behind(Counter(), defaultdict(Counter))
    for (fact, day), rows in counts.items():
        if fact in facts:
            behind.of_any.update(rows)
            behind.of_day[day].update(rows)
    return behind


def _explained(
    metric: Metric,
    day: date,
    values: tuple[float | None, float | None],
    behind: _Behind,
    older: Side,
    newer: Side,
) -> Restatement:
    of_day, of_any = behind.of_day[day], behind.of_any
    is_rule_change = older.rules is not None and older.rules != newer.rules
    ripens = any(_RIPENING & measure.dimensions.keys() for measure in metric.measures)
    if of_day:
        cause = _most(of_day)
    elif is_rule_change:
        cause = RULE_CHANGE
    elif ripens and older.as_of < newer.as_of:
        cause = TIME
    else:
        cause = _most(of_any) if of_any else UNEXPLAINED
    return Restatement(
        metric=metric.name,
        label_zh=metric.label_zh,
        day=day,
        published=values[0],
        restated=values[1],
        cause=cause,
        is_same_day=bool(of_day),
        rows=of_day or of_any,
        is_rule_change=is_rule_change,
    )


def _most(rows: Counter[str]) -> str:
    return max(CAUSES, key=lambda cause: (rows[cause], -CAUSES.index(cause)))


def _facts_of_tables(manifest: dict[str, Any]) -> dict[str, set[str]]:
    """The facts that each published table rests on, by its lineage."""
    nodes = {
        name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"
    }
    names = {node["name"]: name for name, node in nodes.items()}
    known: dict[str, set[str]] = {}

    def ancestors(name: str) -> set[str]:
        if name not in known:
            parents = [p for p in nodes[name]["depends_on"]["nodes"] if p in nodes]
            known[name] = {nodes[name]["name"]}.union(*(ancestors(parent) for parent in parents))
        return known[name]

    return {
        table: {
            fact.table for fact in FACTS if {fact.table, fact.made_from} & ancestors(names[table])
        }
        for table in names
        if table.startswith(("rpt_", "fct_", "dim_", "customer_"))
    }
