"""Refreshes to be measured: each in a process and a data folder of its own."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from benchmarks.measure import Measured, Worker, WorkerError, run_process, run_worker
from pipelines.settings import Settings

_NODES_SHOWN = 12


def environment(settings: Settings) -> Mapping[str, str]:
    """What tells a process of `siyu` to use this data folder."""
    return {"SIYU_DATA": str(settings.data_folder)}


def siyu(settings: Settings, *arguments: str) -> Measured:
    """Run a verb of the command line."""
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    return run_process(command, environment(settings))[0]


def set_up(settings: Settings) -> None:
    """What `make setup` does once: empty tables and a parsed dbt project."""
    siyu(settings, "prepare")


def refresh(settings: Settings, expect: str = "published") -> Measured:
    """Refresh once; the facts hold also what another process then reads of it, unmeasured.

    Raises:
        WorkerError: it failed, refused a file, or did something else than expected.
    """
    measured = run_worker(Worker("refresh", environment=environment(settings)))
    facts = measured.facts
    if facts["status"] != expect or facts["refused"]:
        raise WorkerError(
            f"the refresh of {settings.data_folder} is {facts['status']!r}, not {expect!r}; "
            f"failures: {facts['failures'][:3]}; refused files: {facts['refused'][:3]}"
        )
    run_id = facts["run_id"]
    left = Worker("refreshed", (run_id,) if run_id else (), environment=environment(settings))
    return replace(measured, facts={**facts, **run_worker(left).facts})


def time_parts(measured: Measured) -> dict[str, float]:
    """CPU seconds per stage, then dbt's seconds per kind of node and for the slowest nodes."""
    parts = {f"stage {name}, CPU": cpu for name, cpu in measured.facts["stages"].items()}
    nodes: dict[str, float] = measured.facts["models"]
    kinds = Counter(name.partition(".")[0] for name in nodes)
    for kind, count in kinds.most_common():
        seconds = sum(s for name, s in nodes.items() if name.startswith(f"{kind}."))
        parts[f"dbt: {count} {kind}s together"] = seconds
    slowest = sorted(nodes.items(), key=lambda node: node[1], reverse=True)[:_NODES_SHOWN]
    return parts | {f"  {name}": seconds for name, seconds in slowest}
