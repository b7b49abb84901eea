"""Identifiers → OneID: the integer dictionary, the edges, the map from identifier to customer."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import dagster as dg

from pipelines.identity.resolve import resolve_identities
from pipelines.privacy.keys import load_or_create_key
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse, table_counts

_TABLES = {
    "identifiers": "One row per identifier ever seen: its integer and its exact value.",
    "identity_edges": "One row per pair of identifiers, rule and source: the evidence.",
    "identity_map": "One row per identifier that belongs to a customer: its OneID.",
    "identity_blocked": "One row per identifier that must not join people, with the reason.",
    "identity_guarded": "One row per identifier with more neighbours than its type may have.",
    "identity_log": "One row per event: customer created, merged, split; identifier blocked.",
}
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
            description=description,
            group_name="identity",
            kinds={"python", "duckdb"},
            owners=["team:data-engineering"],
        )
        for table, description in _TABLES.items()
    ],
)
def customer_identity(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    """Guard, solve in bulk, keep the ids stable: all in one transaction."""
    settings = current_settings()
    with open_warehouse(settings) as warehouse:
        summary = resolve_identities(
            warehouse, now=datetime.now(UTC), block_list_key=load_or_create_key(settings)
        )
        counts = table_counts(warehouse, [f"identity.{table}" for table in _TABLES])
    context.log.info(f"identity: {summary}")
    for table in _TABLES:
        yield dg.MaterializeResult(
            asset_key=["identity", table],
            metadata={"dagster/row_count": counts[f"identity.{table}"]}
            | (asdict(summary) if table == "identity_map" else {}),
        )
