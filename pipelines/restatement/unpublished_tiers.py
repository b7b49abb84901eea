"""What runs stated of tiers without a version that anybody could read."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from pipelines.identity.sql import scalar, transaction
from pipelines.publishing.layout import current_version
from pipelines.publishing.reader import read_manifest
from pipelines.settings import Settings

_VERSIONS = "intermediate.int_customers__tier_versions"
_PUBLICATIONS = "intermediate.int_customers__tier_publications"
_WITHDRAW = (
    f"delete from {_PUBLICATIONS} where published_at > $1",
    f"delete from {_VERSIONS} where recorded_at > $1",
    f"update {_VERSIONS} set superseded_at = null, superseded_cause = null "
    "where superseded_at > $1",
)


def note_publication(
    warehouse: duckdb.DuckDBPyConnection, version: str, published_at: datetime
) -> None:
    """Keep in the warehouse that a version was published: its folder may be deleted."""
    warehouse.execute(
        "insert into ledger.publications values ($1, $2)", [version, _utc(published_at)]
    )


def withdraw_unpublished_tiers(settings: Settings, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Take back what runs stated of tiers since the newest version, or all without any.

    dbt writes what a run states before the last checks, which may stop it, and before it is
    published. Restatements are of what people could read: the next run compares with that.
    """
    stated = scalar(
        warehouse,
        "select count(*) from duckdb_tables() where database_name = current_database() "
        "and schema_name || '.' || table_name in ($1, $2)",
        [_VERSIONS, _PUBLICATIONS],
    )
    if stated < 2:
        return
    published_at = _last_published(settings, warehouse)
    with transaction(warehouse):
        for statement in _WITHDRAW:
            warehouse.execute(statement, [published_at])


def _last_published(settings: Settings, warehouse: duckdb.DuckDBPyConnection) -> datetime:
    """When the newest version was published, in UTC without a zone; before any time if none was.

    The serving folder knows it when a kill came between publishing and noting, the ledger when
    the serving folder was lost.
    """
    noted = scalar(warehouse, "select max(published_at) from ledger.publications")
    version = current_version(settings)
    kept = _utc(read_manifest(settings, version).created_at) if version else None
    return max((moment for moment in (noted, kept) if moment), default=datetime.min)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
