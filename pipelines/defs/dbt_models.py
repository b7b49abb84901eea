"""All dbt models, seeds and tests, in two dbt builds: before and after the identity step."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets

from pipelines.orchestration.dbt_calls import DbtProjectRun
from pipelines.orchestration.dbt_manifest import dbt_project
from pipelines.orchestration.increment import (
    READ_BY_MODELS,
    Mode,
    begin,
    bind,
    demand_full,
    finish,
    note_staged,
    refresh_mode,
)
from pipelines.restatement.unpublished_tiers import withdraw_unpublished_tiers
from pipelines.settings import Settings, current_settings
from pipelines.warehouse import open_warehouse, table_counts

_PROJECT = dbt_project(current_settings())

INCREMENT_NOTES = [
    dg.AssetSpec(
        ["increment", table],
        description=description,
        group_name="increment",
        kinds={"duckdb"},
        owners=["team:data-engineering"],
    )
    for table, description in READ_BY_MODELS.items()
]
"""Notes that the models leave each other within a refresh; no step makes them, a finished one
empties them."""

_UNIQUE_ID = "dagster_dbt/unique_id"
"""Metadata that dagster-dbt gives every asset and check: dbt's id of the node."""

_DONE = {"success", "pass", "warn", "no-op"}
_NOT_RUN = {"skipped"}
"""What stands behind a failed node; neither built nor failed."""


class DbtBuildError(RuntimeError):
    """Models or tests failed; the message names them and says why."""


class LayerTranslator(DagsterDbtTranslator):
    """Asset keys `<layer>/<model>`; groups by source for staging, else by layer."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """The library's spec with this house's group and owner."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        return spec.replace_attributes(group_name=_group(node), owners=[_owner(node)])


def _group(node: Mapping[str, Any]) -> str:
    if node["resource_type"] == "source":
        return str(node["source_name"]).removeprefix("raw_")
    layer, *areas = node["fqn"][1:-1] or ["rules"]
    if node["resource_type"] == "seed":
        return "rules"
    return areas[0] if layer == "staging" else layer


def _owner(node: Mapping[str, Any]) -> str:
    owner = node.get("meta", {}).get("owner", "data-engineering")
    return "team:" + str(owner).replace(" ", "-")


def _build(
    context: dg.AssetExecutionContext, dbt: DbtProjectRun, selector: str, mode: Mode
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """One `dbt build` of what the step selects; a test of error severity fails the step."""
    results = dbt.build(_selection(context, dbt) or ["--selector", selector], full=mode.is_full)
    done = {result.node.unique_id: result for result in results if result.status in _DONE}
    failed = [result for result in results if result.status not in _DONE | _NOT_RUN]
    yield from _built_assets(context.assets_def, done, dbt.settings)
    yield from _checks(context, done | {result.node.unique_id: result for result in failed})
    if failed:
        raise DbtBuildError("; ".join(_failure(result) for result in failed))


def _selection(context: dg.AssetExecutionContext, dbt: DbtProjectRun) -> list[str]:
    """dbt's options for a run of some assets or checks, as one starts it in the UI."""
    if not context.is_subset:
        return []
    specs = [context.assets_def.get_asset_spec(key) for key in context.selected_asset_keys]
    checks = [
        context.assets_def.get_spec_for_check_key(key) for key in context.selected_asset_check_keys
    ]
    names = dbt.names((spec.metadata or {})[_UNIQUE_ID] for spec in [*specs, *checks])
    return ["--indirect-selection", "empty", "--select", *names]


def _built_assets(
    assets: dg.AssetsDefinition, done: Mapping[str, Any], settings: Settings
) -> Iterator[dg.MaterializeResult]:
    """One event per model and seed that was built, in dbt's order, with the rows of each table.

    A view holds none: to count what it shows is to compute it once more, and nobody reads it so.
    """
    keys = {spec.metadata[_UNIQUE_ID]: spec.key for spec in assets.specs}
    built = {name: result for name, result in done.items() if name in keys}
    tables = {
        name: f"{one.node.schema}.{one.node.alias}"
        for name, one in built.items()
        if one.node.config.materialized != "view"
    }
    with open_warehouse(settings, read_only=True) as warehouse:
        counts = table_counts(warehouse, tables.values())
    for name, result in built.items():
        rows = {"dagster/row_count": counts[tables[name]]} if name in tables else {}
        yield dg.MaterializeResult(asset_key=keys[name], metadata=_metadata(result) | rows)


def _checks(
    context: dg.AssetExecutionContext, ended: Mapping[str, Any]
) -> Iterator[dg.AssetCheckResult]:
    """One result per test that ran.

    An evaluation instead, one event less, is no result to Dagster: it warns of each blocking check
    and says that what comes after goes on without it.
    """
    for spec in context.assets_def.check_specs:
        result = ended.get((spec.metadata or {})[_UNIQUE_ID])
        if result and spec.key in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                asset_key=spec.asset_key,
                check_name=spec.name,
                passed=result.status == "pass",
                severity=(
                    dg.AssetCheckSeverity.WARN
                    if result.status == "warn"
                    else dg.AssetCheckSeverity.ERROR
                ),
                description=None if result.status == "pass" else result.message,
                metadata=_metadata(result) | {"dagster_dbt/failed_row_count": result.failures or 0},
            )


def _metadata(result: Any) -> dict[str, Any]:
    return {
        "unique_id": result.node.unique_id,
        "status": str(result.status),
        "Execution Duration": result.execution_time,
    }


def _failure(result: Any) -> str:
    return f"{result.node.resource_type} {result.node.name}: {result.message}"


@dbt_assets(
    manifest=_PROJECT.manifest_path,
    project=_PROJECT,
    selector="before_identity",
    dagster_dbt_translator=LayerTranslator(),
    name="dbt_before_identity",
)
def dbt_before_identity(
    context: dg.AssetExecutionContext, dbt: dg.ResourceParam[DbtProjectRun]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Rules, staging, identifiers and edges: what the identity step reads."""
    with open_warehouse(dbt.settings) as warehouse:
        if context.is_subset:
            demand_full(warehouse, "models were built by themselves")
        mode = begin(dbt.settings, warehouse)
    context.log.info(str(mode))
    yield from _build(context, dbt, "before_identity", mode)
    if not context.is_subset:
        with open_warehouse(dbt.settings) as warehouse:
            note_staged(warehouse)


@dbt_assets(
    manifest=_PROJECT.manifest_path,
    project=_PROJECT,
    selector="after_identity",
    dagster_dbt_translator=LayerTranslator(),
    name="dbt_after_identity",
)
def dbt_after_identity(
    context: dg.AssetExecutionContext, dbt: dg.ResourceParam[DbtProjectRun]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Everything that binds an identifier to a customer: the customer center and the marts."""
    with open_warehouse(dbt.settings) as warehouse:
        if context.is_subset:
            demand_full(warehouse, "models were built by themselves")
        mode = refresh_mode(dbt.settings, warehouse)
        bind(warehouse)
        withdraw_unpublished_tiers(dbt.settings, warehouse)
    yield from _build(context, dbt, "after_identity", mode)
    if not context.is_subset:
        with open_warehouse(dbt.settings) as warehouse:
            finish(dbt.settings, warehouse, mode)
