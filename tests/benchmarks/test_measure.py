"""What a process used includes its children; a worker's failure is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.measure import Measured, Worker, WorkerError, medians, run_process, run_worker

_BURN = "import time\nwhile time.process_time() < 0.4: pass"
_HOLD = "import time; held = bytearray(90_000_000); time.sleep(0.5)"


def test_cpu_of_children_counts() -> None:
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_BURN!r}])"
    measured, _ = run_process([sys.executable, "-c", parent])
    assert 0.4 <= measured.cpu_seconds < 2.0


def test_memory_of_parent_and_child_at_one_moment_adds_up() -> None:
    parent = (
        "import subprocess, sys; held = bytearray(90_000_000); "
        f"subprocess.run([sys.executable, '-c', {_HOLD!r}])"
    )
    measured, _ = run_process([sys.executable, "-c", parent])
    assert 180 < measured.peak_mb < 300


def test_a_peer_runs_in_the_environment_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.set_here", {"SIYUS_OWN"})
    monkeypatch.setenv("SIYUS_OWN", "1")
    monkeypatch.setenv("THE_USERS", "2")
    told = "import os; print(os.environ.get('SIYUS_OWN'), os.environ.get('THE_USERS'))"
    assert run_process([sys.executable, "-c", told])[1].split() == ["None", "2"]


def test_a_failure_names_the_command_and_its_last_words() -> None:
    with pytest.raises(WorkerError, match=r"(?s)exit code 3.*no such input"):
        run_process([sys.executable, "-c", "import sys; print('no such input'); sys.exit(3)"])


def test_a_worker_tells_the_seconds_of_its_work(tmp_path: Path) -> None:
    file = tmp_path / "plain.csv"
    file.write_text("order,paid\n" + "1,2.50\n" * 5_000)
    measured = run_worker(Worker("read_plain", ("polars", str(file), str(tmp_path))))
    assert measured.facts["rows_read"] == 5_000
    assert 0 < measured.work < measured.cpu_seconds


def test_work_that_was_not_told_is_an_error() -> None:
    with pytest.raises(WorkerError, match="did not tell"):
        _ = Measured(1.0, 1.0, 1.0).work


def test_the_median_run_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([9.0, 1.0, 5.0, 3.0])
    monkeypatch.setattr(
        "benchmarks.measure.run_worker", lambda _worker: Measured(next(seconds), 0.0, 0.0)
    )
    assert medians(4, {"one": Worker("load")})["one"].cpu_seconds == 3.0
