"""A dbt build as Dagster sees it: what was built and checked, what failed and why."""

from __future__ import annotations

import dagster as dg
import pytest

from pipelines.exports.contract_files import load_contracts
from pipelines.exports.tables import ensure_raw_tables
from pipelines.orchestration.dbt_calls import DbtProjectRun
from pipelines.orchestration.dbt_manifest import build_manifest_if_stale
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse

SEED = dg.AssetKey(["seeds", "lead_state_map"])
VIEW = dg.AssetKey(["staging", "stg_crm__members"])


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> DbtProjectRun:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    build_manifest_if_stale(settings)
    with open_warehouse(settings) as warehouse:
        ensure_raw_tables(warehouse, load_contracts(settings))
    return DbtProjectRun(settings)


def run(dbt: DbtProjectRun, selection: dg.AssetSelection) -> dg.ExecuteInProcessResult:
    """What a run of these assets or checks does, as one starts it in the UI."""
    from pipelines.defs.dbt_models import dbt_before_identity

    return dg.materialize(
        [dbt_before_identity], selection=selection, resources={"dbt": dbt}, raise_on_error=False
    )


def test_a_run_of_some_assets_builds_and_checks_them_alone(dbt: DbtProjectRun) -> None:
    result = run(dbt, dg.AssetSelection.assets(SEED))
    assert result.success
    [event] = result.get_asset_materialization_events()
    [check] = result.get_asset_check_evaluations()
    with open_warehouse(dbt.settings, read_only=True) as warehouse:
        [(rows,)] = warehouse.execute("select count(*) from seeds.lead_state_map").fetchall()
        seeds = warehouse.execute("select 1 from duckdb_tables() where schema_name = 'seeds'")
        assert len(seeds.fetchall()) == 1
    assert event.asset_key == check.asset_key == SEED
    assert event.materialization.metadata["dagster/row_count"].value == rows > 0
    assert check.passed


def test_a_failing_test_fails_the_step_and_says_why(dbt: DbtProjectRun) -> None:
    with open_warehouse(dbt.settings) as warehouse:
        warehouse.execute("create schema if not exists seeds")
        warehouse.execute(
            "create or replace table seeds.lead_state_map as "
            "select '0' as effective_state, 'new' as lead_stage, '新' as label_zh from range(2)"
        )
    result = run(dbt, dg.AssetSelection.checks_for_assets(SEED))
    assert not result.success
    [check] = result.get_asset_check_evaluations()
    assert not check.passed
    assert check.description == "Got 1 result, configured to fail if != 0"
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert f"test {check.check_name}: Got 1 result" in str(failure.step_failure_data.error)


def test_a_table_becomes_a_view_when_its_model_does(dbt: DbtProjectRun) -> None:
    with open_warehouse(dbt.settings) as warehouse:
        warehouse.execute(
            "create schema staging; create table staging.stg_crm__members as select 1"
        )
    result = run(dbt, dg.AssetSelection.assets(VIEW).without_checks())
    assert result.success
    assert result.get_asset_check_evaluations() == []
