"""The run history: Dagster's own layout, connections that stay open, and not too many of them."""

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
    assert len(log._engines) == _OPEN_SHARDS
    log.dispose()
    assert not log._engines
