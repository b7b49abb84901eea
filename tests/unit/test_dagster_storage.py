"""The run history: Dagster's own layout, connections that stay open, and not too many of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from pipelines.orchestration.dagster_storage import _OPEN_SHARDS, EventLog
from pipelines.settings import REPOSITORY


@dg.op
def tell(context: dg.OpExecutionContext) -> None:
    context.log.info("told")


@dg.job
def talk() -> None:
    tell()


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    monkeypatch.setenv("SIYU_DAGSTER_STORAGE", str(tmp_path))
    return dg.DagsterInstance.from_config(str(REPOSITORY))


def told(records: list) -> list[str]:
    return [record.event_log_entry.user_message for record in records]


def test_dagster_itself_reads_what_was_written(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    run = talk.execute_in_process(instance=instance)
    written = told(instance.get_records_for_run(run.run_id).records)
    plain = DagsterSqliteStorage.from_local(str(tmp_path)).event_log_storage
    assert told(plain.get_records_for_run(run.run_id).records) == written
    assert "told" in written


def test_threads_share_a_few_open_files(instance: dg.DagsterInstance) -> None:
    runs = [talk.execute_in_process(instance=instance).run_id for _ in range(_OPEN_SHARDS + 2)]
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda run: told(instance.get_records_for_run(run).records), runs))
    assert all("told" in messages for messages in read)
    log = instance.event_log_storage
    assert isinstance(log, EventLog)
    assert len(log._open) == _OPEN_SHARDS
    log.dispose()
    assert not log._open


@dg.asset
def first() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"rows": 1})


@dg.asset(deps=[first], check_specs=[dg.AssetCheckSpec("complete", asset="second")])
def second() -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    yield dg.MaterializeResult(metadata={"rows": 2})
    yield dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)


def noted(instance: dg.DagsterInstance) -> list:
    """What is known of both assets and of the check after two runs, without times and run ids."""
    runs = [dg.materialize([first, second], instance=instance).run_id for _ in range(2)]
    log = instance.event_log_storage
    entries = [one.asset_entry for one in log.get_asset_records([first.key, second.key])]
    newest = {str(entry.last_materialization_storage_id) for entry in entries}
    found: list = []
    for entry in sorted(entries, key=lambda entry: entry.asset_key.path):
        assert entry.last_run_id == runs[-1]
        latest = entry.last_materialization_record
        made = latest.asset_materialization
        found.append((entry.asset_key, latest.storage_id, made.metadata))
        found += [
            (name, value in newest)
            for name, value in sorted(made.tags.items())
            if "pointer" in name
        ]
        kept = instance.fetch_materializations(entry.asset_key, limit=9).records
        found += [(one.storage_id, runs.index(one.run_id)) for one in kept]
    for one in log.get_asset_check_execution_history(dg.AssetCheckKey(second.key, "complete"), 9):
        checked = one.evaluation
        target = checked.target_materialization_data
        found.append((runs.index(one.run_id), one.status, checked.passed, target.storage_id))
    found += [[entry.dagster_event_type for entry in instance.all_logs(run)] for run in runs]
    return found


def test_assets_and_checks_are_noted_as_dagster_does(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    (tmp_path / "plain").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "plain")) as plain:
        assert noted(instance) == noted(plain)
    log = instance.event_log_storage
    assert isinstance(log, EventLog)
    assert not log._of_this_run, "what is remembered ends with the run"


DAYS = dg.StaticPartitionsDefinition(["monday", "tuesday"])


@dg.asset(partitions_def=DAYS, check_specs=[dg.AssetCheckSpec("whole", asset="daily")])
def daily() -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(passed=True)


@dg.asset(check_specs=[dg.AssetCheckSpec("whole", asset="steady")])
def steady() -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(passed=True)


@dg.asset_check(asset=daily)
def afterwards() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False)


def checked_days(instance: dg.DagsterInstance) -> list:
    """Of each check in runs of a partition, its verdict and the materialization it was made of."""
    runs = [
        dg.materialize(
            [daily, steady, afterwards], instance=instance, partition_key=day, raise_on_error=False
        )
        for day in ("monday", "tuesday", "monday")
    ]
    found: list = []
    for asset, name in ((daily, "whole"), (daily, "afterwards"), (steady, "whole")):
        key = dg.AssetCheckKey(asset.key, name)
        for one in instance.event_log_storage.get_asset_check_execution_history(key, 9):
            found.append((str(key), one.status, [run.run_id for run in runs].index(one.run_id)))
            if one.evaluation:  # for what is not partitioned, Dagster leaves the plan as it was
                made = one.evaluation.target_materialization_data
                target = (made.storage_id, made.run_id == one.run_id) if made else None
                found.append((one.evaluation.passed, one.partition, target))
    asked = dg.AssetRecordsFilter(daily.key, ["tuesday"])
    for filtered in (asked, daily.key):
        kept = instance.fetch_materializations(filtered, limit=1)
        found.append(([one.storage_id for one in kept.records], kept.cursor, kept.has_more))
    return found


@pytest.mark.parametrize("batch", ["0", "1000"])
def test_checks_of_partitions_are_noted_as_dagster_does(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: str
) -> None:
    (tmp_path / "plain").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "plain")) as plain:
        expected = checked_days(plain)
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", batch)
    assert checked_days(instance) == expected
