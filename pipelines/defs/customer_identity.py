"""Identifiers → OneID: the integer dictionary, the edges, the map from identifier to customer."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import dagster as dg

from pipelines.identity.splink.models import read_models
from pipelines.identity.splink.weak_edges import predict_pairs
from pipelines.identity.sql import transaction
from pipelines.identity.tables import TABLES
from pipelines.orchestration.identity_run import present_conditions, resolver
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse, table_counts

_INPUTS = [
    ["intermediate", "int_identity__sightings"],
    ["intermediate", "int_identity__evidence"],
    ["intermediate", "int_identity__derived_sightings"],
    ["intermediate", "int_identity__derived_evidence"],
    ["seeds", "identity_identifier_types"],
    ["seeds", "identity_rules"],
    ["seeds", "identity_block_list"],
    ["seeds", "identity_block_patterns"],
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
    """Read what is new, solve what it touches, keep the ids stable: all in one transaction."""
    settings = current_settings()
    with open_warehouse(settings) as warehouse:
        rules, decisions = present_conditions(settings, warehouse)
        models = read_models(settings.brand_configuration)
        with transaction(warehouse):
            predictions = predict_pairs(warehouse, models, rules)
            summary = resolver(settings, datetime.now(UTC))(warehouse, rules, decisions)
        counts = table_counts(warehouse, [f"identity.{table}" for table in TABLES])
    context.log.info(f"identity: {summary}")
    for prediction in predictions:
        context.log.info(f"pairs that look alike: {prediction}")
    for table in TABLES:
        yield dg.MaterializeResult(
            asset_key=["identity", table],
            metadata={"dagster/row_count": counts[f"identity.{table}"]}
            | (asdict(summary) if table == "identity_map" else {}),
        )
