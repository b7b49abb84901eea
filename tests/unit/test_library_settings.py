"""What numpy, Polars and DuckDB read when loaded: Siyu's settings, unless the user's differ."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from pipelines.settings import REPOSITORY

_ENDINGS = ("_THREADS", "_MALLOC_CONF", "_HUGEPAGE")
_TELL = """
import polars
print(json.dumps([polars.thread_pool_size(), os.environ["OPENBLAS_NUM_THREADS"],
                  sorted(pipelines.set_here)]))
"""


def _told(imported: str = "pipelines", **environment: str) -> list[object]:
    """Polars' threads, what BLAS is told and the names that Siyu set, in a process of its own."""
    others = {name: value for name, value in os.environ.items() if not name.endswith(_ENDINGS)}
    output = subprocess.run(
        [sys.executable, "-c", f"import json, os, pipelines, {imported}{_TELL}"],
        check=True,
        capture_output=True,
        cwd=REPOSITORY,
        env=others | environment,
    ).stdout
    told: list[object] = json.loads(output)
    return told


def test_threads_that_would_spin_are_not_started() -> None:
    assert _told()[:2] == [1, "1"]


def test_the_users_environment_wins() -> None:
    threads, blas, set_here = _told(POLARS_MAX_THREADS="3", OPENBLAS_NUM_THREADS="2")
    assert (threads, blas) == (3, "2")
    assert set_here == ["DUCKDB_JE_MALLOC_CONF", "NUMPY_MADVISE_HUGEPAGE", "_RJEM_MALLOC_CONF"]


def test_an_analysts_polars_works_with_all_cores() -> None:
    threads, _, set_here = _told("siyu")
    assert threads == len(os.sched_getaffinity(0))
    assert isinstance(set_here, list)
    assert "POLARS_MAX_THREADS" not in set_here
