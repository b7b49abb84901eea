"""What runs stated of tiers without a version that anybody could read."""

from __future__ import annotations

from datetime import UTC

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


def withdraw_unpublished_tiers(settings: Settings, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Take back what runs stated of tiers since the newest published version.

    dbt writes what a run states before the last checks, which may stop it, and before it is
    published. Restatements are of what people could read: the next run compares with that. Without
    any version nothing is taken back: an empty serving folder does not tell whether there was one.
    """
    version = current_version(settings)
    stated = scalar(
        warehouse,
        "select count(*) from duckdb_tables() where database_name = current_database() "
        "and schema_name || '.' || table_name in ($1, $2)",
        [_VERSIONS, _PUBLICATIONS],
    )
    if version is None or stated < 2:
        return
    published_at = read_manifest(settings, version).created_at
    with transaction(warehouse):
        for statement in _WITHDRAW:
            warehouse.execute(statement, [published_at.astimezone(UTC).replace(tzinfo=None)])
