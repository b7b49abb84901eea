"""kill -9 in the middle of a load, a dbt build or a publish; the next run gives the same result."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from pipelines.orchestration.job_run import dagster_instance
from pipelines.publishing.reader import connect
from pipelines.reporting.console import STEP_LABELS
from pipelines.settings import Settings
from tests.integration.conftest import RefreshedBrand
from tests.siyu_process import SiyuProcess, Started

WALL_CLOCK = {"loaded_at", "run_at", "identity_version"}
"""Columns that say when a run happened; everything else must be equal."""

PUBLISH = "published__snapshot"
KILL_IN = (
    pytest.param("raw_exports", marks=pytest.mark.proof),
    "dbt_after_identity",
    pytest.param(PUBLISH, marks=pytest.mark.proof),
)
"""Two wait for `make proof`: the unit tests of the loader and the publisher kill as well."""


def published_content(settings: Settings) -> dict[str, int]:
    """Per published table a hash of its rows, without the wall-clock columns."""
    content = {}
    with connect(settings, follow=False) as snapshot:
        for table, entry in snapshot.manifest.tables.items():
            columns = ", ".join(c.name for c in entry.columns if c.name not in WALL_CLOCK)
            _, rows = snapshot.fetch(f"select sum(hash(t)) from (select {columns} from {table}) t")
            content[table] = rows[0][0]
    return content


@pytest.fixture
def siyu(refreshed: RefreshedBrand, tmp_path: Path) -> SiyuProcess:
    """The brand's exports and its key, refreshed by nobody yet."""
    known = refreshed.siyu.settings
    siyu = SiyuProcess(tmp_path / "data")
    shutil.copytree(known.landing_folder, siyu.settings.landing_folder)
    shutil.copytree(known.key_file.parent, siyu.settings.key_file.parent)
    return siyu


@pytest.mark.slow
@pytest.mark.parametrize("step", KILL_IN)
def test_a_killed_refresh_is_repeated_without_a_trace(
    step: str, siyu: SiyuProcess, refreshed: RefreshedBrand
) -> None:
    serving = siyu.settings.serving_folder
    _kill_in(siyu, step)
    assert not (serving / "current").exists(), "the kill came after the publish"

    siyu.run("refresh")

    assert published_content(siyu.settings) == published_content(refreshed.siyu.settings)
    assert len(list((serving / "versions").iterdir())) == 1
    assert not list(serving.glob(".building-*"))
    with dagster_instance(siyu.settings) as instance:
        statuses = sorted(run.status.value for run in instance.get_runs())
    assert statuses == ["FAILURE", "SUCCESS"], "the killed run must not look alive"


def _kill_in(siyu: SiyuProcess, step: str) -> None:
    """Kill the process while it is in `step`."""
    process = siyu.start("refresh")
    if step == PUBLISH:
        _publish_started(process, siyu.settings.serving_folder)
    else:
        _step_started(process, STEP_LABELS[step])
        time.sleep(random.Random(step).uniform(0.0, 0.3))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def _step_started(process: Started, label: str) -> None:
    while process.poll() is None:
        if f"… {label}\n" in process.output:
            return
        time.sleep(0.001)
    pytest.fail(f"the refresh never reached {label!r}:\n{process.output}")


def _publish_started(process: Started, serving: Path) -> None:
    while process.poll() is None:
        if any(serving.glob(".building-*")):
            return
        time.sleep(0.001)
    pytest.fail("the refresh ended without building a version")
