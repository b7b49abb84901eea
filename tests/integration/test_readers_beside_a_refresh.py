"""What a refresh costs those who read meanwhile: p95 of mart queries beside it and without it."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import pytest

from pipelines.publishing import SnapshotConnection, connect
from tests.integration.conftest import RefreshedBrand
from tests.siyu_process import SiyuProcess

QUERIES = (
    "select * from marts.rpt_aipl_tiers order by all",
    "select cohort_period, sum(cohort_size) from marts.rpt_cohort group by all order by all",
    "select channel, model, sum(conversions) from marts.rpt_attribution_channel group by all",
    "select lifetime_tier, count(*), sum(net_gmv_cny) from customer_center.dim_customers"
    " group by all",
)
IDLE_SECONDS = 15
THINKING_SECONDS = 0.02
LIMIT = 1.5


def read_while(going: Callable[[], bool], snapshot: SnapshotConnection) -> list[float]:
    """Ask the queries in turn; seconds of each answer."""
    seconds = []
    while going():
        for query in QUERIES:
            begin = time.perf_counter()
            snapshot.fetch(query)
            seconds.append(time.perf_counter() - begin)
            time.sleep(THINKING_SECONDS)
    return seconds


def idle(snapshot: SnapshotConnection) -> list[float]:
    until = time.monotonic() + IDLE_SECONDS
    return read_while(lambda: time.monotonic() < until, snapshot)


def p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


@pytest.mark.proof
def test_a_refresh_does_not_slow_readers_down(refreshed: RefreshedBrand, tmp_path: Path) -> None:
    """Needs a machine that does nothing else."""
    data = tmp_path / "data"
    shutil.copytree(refreshed.siyu.settings.data_folder, data, symlinks=True)
    siyu = SiyuProcess(data)
    with connect(siyu.settings) as snapshot:
        before = snapshot.version
        alone = idle(snapshot)
        process = siyu.start("refresh", "--full")
        beside = read_while(lambda: process.poll() is None, snapshot)
        assert process.returncode == 0, process.output
        alone += idle(snapshot)
        assert snapshot.version > before
    report = (
        f"p95 of {len(beside)} queries beside a refresh {1000 * p95(beside):.1f} ms, "
        f"of {len(alone)} without {1000 * p95(alone):.1f} ms"
    )
    sys.stdout.write(report)
    assert p95(beside) <= LIMIT * p95(alone), report
