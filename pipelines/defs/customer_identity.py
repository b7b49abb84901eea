"""Identifiers → OneID: the integer dictionary, the edges, the map from identifier to customer."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import dagster as dg

from pipelines.identity.resolve import resolve_identities
from pipelines.identity.tables import TABLES
from pipelines.privacy.keys import load_or_create_key
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse, table_counts

_INPUTS = [
    ["intermediate", "int_identity__identifiers"],
    ["intermediate", "int_identity__edges"],
    ["seeds", "identity_identifier_types"],
    ["seeds", "identity_rules"],
    ["seeds", "identity_block_list"],
]


@dg.multi_asset(
    name="customer_identity",
    specs=[
        dg.AssetSpec(
            ["identity", table],
            deps=_INPUTS,
            description=kept.description,
            group_name="identity",
            kinds={"python", "duckdb"},
            owners=["team:data-engineering"],
        )
        for table, kept in TABLES.items()
    ],
)
def customer_identity(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    """Guard, solve in bulk, keep the ids stable: all in one transaction."""
    settings = current_settings()
    with open_warehouse(settings) as warehouse:
        summary = resolve_identities(
            warehouse, now=datetime.now(UTC), block_list_key=load_or_create_key(settings)
        )
        counts = table_counts(warehouse, [f"identity.{table}" for table in TABLES])
    context.log.info(f"identity: {summary}")
    for table in TABLES:
        yield dg.MaterializeResult(
            asset_key=["identity", table],
            metadata={"dagster/row_count": counts[f"identity.{table}"]}
            | (asdict(summary) if table == "identity_map" else {}),
        )
