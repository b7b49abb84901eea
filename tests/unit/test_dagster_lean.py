"""What the lean parts of Dagster say is what Dagster says."""

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.definitions.assets.definition.assets_definition import AssetsDefinition
from dagster._core.execution.context.system import StepExecutionContext

from pipelines.orchestration import dagster_lean

_PLAIN = {
    "keys": AssetsDefinition.__dict__["asset_and_check_keys"],
    "outputs": StepExecutionContext.__dict__["get_output_asset_keys"],
}


@pytest.fixture(autouse=True)
def plain_again() -> Iterator[None]:
    yield
    AssetsDefinition.asset_and_check_keys = _PLAIN["keys"]
    StepExecutionContext.get_output_asset_keys = _PLAIN["outputs"]


def told() -> list[tuple[str, object]]:
    """The events of a run of two assets, of which one could be left out, and a check."""
    listed: list[tuple[str, object]] = []

    @dg.multi_asset(
        specs=[
            dg.AssetSpec("first"),
            dg.AssetSpec("second", deps=["first"]),
            dg.AssetSpec("third", deps=["first"], skippable=True),
        ],
        check_specs=[dg.AssetCheckSpec("complete", asset="second")],
        can_subset=True,
    )
    def both(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        step = context.get_step_execution_context()
        listed.append(("outputs", step.get_output_asset_keys()))
        listed.append(("all", context.assets_def.asset_and_check_keys))
        for name in ("first", "second"):
            yield dg.MaterializeResult(asset_key=name)
        yield dg.AssetCheckResult(asset_key="second", check_name="complete", passed=True)

    for selection in (None, ["first", "second"]):
        run = dg.materialize([both], selection=selection)
        listed += [(event.event_type_value, event.asset_key) for event in run.all_events]
    return listed


def test_a_run_tells_the_same() -> None:
    plain = told()
    dagster_lean.use_lean_parts()
    assert AssetsDefinition.__dict__["asset_and_check_keys"] is not _PLAIN["keys"]
    assert told() == plain


def test_assets_out_of_order_are_still_refused() -> None:
    dagster_lean.use_lean_parts()

    @dg.multi_asset(specs=[dg.AssetSpec("first"), dg.AssetSpec("second", deps=["first"])])
    def both() -> Iterator[dg.MaterializeResult]:
        yield dg.MaterializeResult(asset_key="second")
        yield dg.MaterializeResult(asset_key="first")

    with pytest.raises(dg.DagsterInvariantViolationError, match="topological"):
        dg.materialize([both])
