"""What exists, as Dagster sees it: a graph that explains itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.exports.contract import raw_schema
from pipelines.exports.contract_files import SHIPPED, read_contracts
from pipelines.metrics.catalogue import read_catalogue
from pipelines.orchestration.dbt_manifest import build_manifest_if_stale, read_manifest
from pipelines.reporting.table_reference import reference
from pipelines.settings import LOCAL_TIME_ZONE, Settings
from pipelines.warehouse import refresh_lock

NOTES = "increment"
"""Layer of what the models of one refresh note for each other: written and emptied by no step."""
LAYERS = {
    "staging",
    "intermediate",
    "customer_center",
    "marts",
    "seeds",
    "identity",
    "ledger",
    NOTES,
}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    build_manifest_if_stale(Settings(data=tmp_path_factory.mktemp("data")))
    from pipelines.definitions import defs

    return defs()


@pytest.fixture(scope="module")
def assets(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    return list(definitions.resolve_all_asset_specs())


def test_every_asset_explains_itself(assets: list[dg.AssetSpec]) -> None:
    assert len(assets) > 90
    for spec in assets:
        name = spec.key.to_user_string()
        assert spec.description, name
        assert spec.owners, name
        assert spec.kinds, name
        assert spec.group_name != "default", name


def test_keys_follow_the_layers(assets: list[dg.AssetSpec]) -> None:
    for spec in assets:
        layer = spec.key.path[0]
        assert layer in LAYERS or layer.startswith("raw_") or layer == "published"


def test_sources_of_dbt_are_the_assets_of_the_loader(definitions: dg.Definitions) -> None:
    """No dbt source dangles: what staging reads is what the loader and identity write."""
    graph = definitions.resolve_asset_graph()
    dangling = graph.get_all_asset_keys() - graph.materializable_asset_keys
    assert {key for key in dangling if key.path[0] != NOTES} == set()


def test_one_job_with_schedule_and_sensor(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    [schedule] = repository.schedule_defs
    [sensor] = repository.sensor_defs
    assert schedule.job_name == sensor.job_name == "daily_refresh"
    assert schedule.cron_schedule == "0 6 * * *"
    assert schedule.execution_timezone == "Asia/Shanghai"


def test_the_schedule_asks_for_the_day_in_shanghai(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    [schedule] = repository.schedule_defs
    six_in_shanghai = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    context = dg.build_schedule_context(
        scheduled_execution_time=six_in_shanghai, repository_def=repository
    )
    [request] = schedule.evaluate_tick(context).run_requests
    assert request.partition_key == "2026-11-23"


def test_the_sensor_asks_once_for_what_waits(
    definitions: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.defs import automation

    settings = Settings(data=tmp_path)
    monkeypatch.setattr(automation, "current_settings", lambda: settings)
    repository = definitions.get_repository_def()
    [sensor] = repository.sensor_defs

    def tick() -> tuple[list[dg.RunRequest], str | None]:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, repository_def=repository)
            result = sensor.evaluate_tick(context)
        return list(result.run_requests or []), result.skip_message

    assert tick() == ([], "no new files in the landing folder")
    landed = settings.landing_folder / "pos" / "sales.csv"
    landed.parent.mkdir(parents=True)
    landed.write_text("销售日期,小票号,销售数量,销售金额,门店名称\n2026-05-01,1,1,9,一店\n")
    [first], [again] = tick()[0], tick()[0]
    assert first.run_key == again.run_key
    assert first.partition_key == datetime.now(LOCAL_TIME_ZONE).date().isoformat()
    with refresh_lock(settings):
        assert tick() == ([], "a refresh is running")


def test_the_job_makes_two_dbt_calls_around_identity(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("daily_refresh")
    order = [node.name for node in job.nodes_in_topological_order]
    dbt = [name for name in order if name.startswith("dbt_")]
    assert dbt == ["dbt_before_identity", "dbt_after_identity"]
    assert dbt[0] != order[-1]
    assert order.index("dbt_before_identity") < order.index("customer_identity")
    assert order.index("customer_identity") < order.index("dbt_after_identity")
    assert order[-1] == "published__snapshot"


def test_tests_of_error_severity_block(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checks = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    assert len(checks) > 100
    not_blocking = {check.name for check in checks if not check.blocking}
    assert not_blocking == {"no_file_is_refused"}
    landed = {check.asset_key.path[0] for check in checks if check.name == "landed_rows"}
    contracts = read_contracts(SHIPPED, SHIPPED / "none")
    assert landed == {raw_schema(contract) for contract in contracts}


def test_the_page_of_published_tables_is_current(definitions: dg.Definitions) -> None:
    settings = Settings()
    page = (settings.home / "docs" / "tables.md").read_text("utf-8")
    current = reference(read_manifest(settings), read_catalogue(settings))
    assert page == current, "docs/tables.md is stale: run `make docs`"
