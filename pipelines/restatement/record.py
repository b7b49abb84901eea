"""Keeps what each publish states otherwise, so that the version itself can say it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb

from pipelines.identity.sql import scalar, transaction
from pipelines.publishing.layout import current_version, versions_folder
from pipelines.publishing.reader import read_manifest
from pipelines.restatement.compare import Restatement, Side, attach, restatements
from pipelines.restatement.tables import ROW_COUNTS
from pipelines.settings import Settings


def record(
    settings: Settings,
    warehouse: duckdb.DuckDBPyConnection,
    *,
    now: datetime,
    as_of: date | None,
    rules: str,
) -> int:
    """Compare the warehouse with the current version and keep the differences; how many.

    They go into ledger.restatements, in place of an earlier comparison with that version whose
    publish did not come to its end. Before the first publish there is nothing to compare with.
    """
    version = current_version(settings)
    if version is None or as_of is None:
        return 0
    manifest = read_manifest(settings, version)
    if manifest.as_of is None:
        return 0
    attach(warehouse, versions_folder(settings) / version, "published")
    try:
        older = Side("published", manifest.as_of, manifest.rules)
        newer = Side(scalar(warehouse, "select current_database()"), as_of, rules)
        found = restatements(settings, warehouse, older, newer)
    finally:
        warehouse.execute("detach published")
    moment = now.astimezone(UTC).replace(tzinfo=None)
    with transaction(warehouse):
        warehouse.execute("delete from ledger.restatements where compared_version = $1", [version])
        if found:
            warehouse.executemany(
                f"insert into ledger.restatements values ({', '.join(['?'] * 15)})",
                [_row(version, moment, one) for one in found],
            )
    return len(found)


def _row(version: str, moment: datetime, one: Restatement) -> list[object]:
    return [
        version,
        moment,
        one.metric,
        one.label_zh,
        one.day,
        one.published,
        one.restated,
        one.cause,
        one.is_same_day,
        one.is_rule_change,
        *(one.rows.get(cause, 0) for cause in ROW_COUNTS.values()),
    ]
