"""All dbt models, seeds and tests, in two dbt calls: before and after the identity step."""

import contextlib
import io
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from pipelines.orchestration.dbt_manifest import dbt_environment, dbt_project, dbt_variables
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse, table_counts

_PROJECT = dbt_project(current_settings())
_BUILD = ["build", "--exclude-resource-type", "unit_test"]
"""Unit tests try the SQL on made-up rows: `make test` runs them, a refresh need not."""


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


def _build(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """One `dbt build` of what the step selects; a test of error severity fails the step."""
    settings = current_settings()
    dbt_environment(settings)
    events: list[Any] = []
    failure = None
    # dbt's own log goes to its log file; standard output belongs to who started the run.
    with contextlib.redirect_stdout(io.StringIO()):
        invocation = dbt.cli([*_BUILD, *dbt_variables(settings)], context=context)
        try:
            for event in invocation.stream():
                events.append(event)  # noqa: PERF402 - what came before a failure is kept
        except DagsterDbtCliRuntimeError as error:
            failure = error
    # dbt held the warehouse until its process ended: only now can the rows be counted.
    yield from _with_row_counts(events, invocation.manifest)
    if failure:
        raise failure


def _with_row_counts(events: list[Any], manifest: Mapping[str, Any]) -> Iterator[Any]:
    tables = [_table_of(event, manifest) for event in events]
    with open_warehouse(current_settings(), read_only=True) as warehouse:
        counts = table_counts(warehouse, {table for table in tables if table})
    for event, table in zip(events, tables, strict=True):
        if table:
            yield event.with_metadata({**event.metadata, "dagster/row_count": counts[table]})
        else:
            yield event


def _table_of(event: Any, manifest: Mapping[str, Any]) -> str | None:
    """`schema.table` of what was built, None for the result of a test."""
    if not isinstance(event, dg.Output | dg.AssetMaterialization):
        return None
    node = manifest["nodes"][event.metadata["unique_id"].value]
    return f"{node['schema']}.{node['alias']}"


@dbt_assets(
    manifest=_PROJECT.manifest_path,
    project=_PROJECT,
    selector="before_identity",
    dagster_dbt_translator=LayerTranslator(),
    name="dbt_before_identity",
)
def dbt_before_identity(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Rules, staging, identifiers and edges: what the identity step reads."""
    yield from _build(context, dbt)


@dbt_assets(
    manifest=_PROJECT.manifest_path,
    project=_PROJECT,
    selector="after_identity",
    dagster_dbt_translator=LayerTranslator(),
    name="dbt_after_identity",
)
def dbt_after_identity(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Everything that binds an identifier to a customer: the customer center and the marts."""
    yield from _build(context, dbt)
