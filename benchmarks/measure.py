"""CPU seconds and peak memory of a whole process tree."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pipelines
from pipelines.settings import REPOSITORY

SAMPLE_SECONDS = 0.05
_PAGE = os.sysconf("SC_PAGE_SIZE")


class MeasureError(RuntimeError):
    """A section cannot go on: what it measured must not be believed."""


class WorkerError(MeasureError):
    """A measured process failed; the message holds the command and the end of its output."""


@dataclass(frozen=True)
class Measured:
    """What one process and everything that it started used."""

    cpu_seconds: float
    """User and system time, children that ended included."""
    wall_seconds: float
    peak_mb: float
    """Largest resident memory of the tree at one moment (1 MB = 10^6 bytes), sampled."""
    work_seconds: float | None = None
    """CPU seconds of the measured call alone, without start-up and imports, if the worker says."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else the worker told."""

    @property
    def work(self) -> float:
        """CPU seconds of the measured call alone.

        Raises:
            WorkerError: the worker did not tell them.
        """
        if self.work_seconds is None:
            raise WorkerError("the worker did not tell the seconds of its work")
        return max(self.work_seconds, 1e-6)


@dataclass(frozen=True)
class Worker:
    """A program that is measured: a module of `benchmarks.workers`, its arguments, its Python."""

    module: str
    arguments: tuple[str, ...] = ()
    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        """The command line, to be run in the checkout."""
        return [self.python, "-m", f"benchmarks.workers.{self.module}", *self.arguments]


def run_worker(worker: Worker) -> Measured:
    """Run a worker to its end. Its last line of output is a JSON object of facts.

    Raises:
        WorkerError: it ended with an error.
    """
    measured, output = run_process(worker.command, worker.environment)
    facts = json.loads(output.strip().splitlines()[-1])
    return Measured(
        measured.cpu_seconds,
        measured.wall_seconds,
        measured.peak_mb,
        facts.pop("work_seconds", None),
        facts,
    )


def run_process(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> tuple[Measured, str]:
    """Run a command in the checkout; what it used, and its standard output.

    Raises:
        WorkerError: its exit code is not 0.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=_environment() | dict(environment or {}),
            stdout=output,
            stderr=errors,
        )
        with _PeakMemory(process.pid) as memory:
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise WorkerError(
                f"{' '.join(command)} ended with exit code {process.returncode}:\n"
                f"{_tail(output)}{_tail(errors)}"
            )
        output.seek(0)
        return Measured(usage.ru_utime + usage.ru_stime, wall, memory.peak / 1e6), output.read()


def _environment() -> dict[str, str]:
    """That of whoever started the benchmark: Siyu's programs add their settings, peers do not."""
    return {name: value for name, value in os.environ.items() if name not in pipelines.set_here}


def medians(repeats: int, workers: Mapping[str, Worker]) -> dict[str, Measured]:
    """Each worker's run of median CPU time, the workers taking turns.

    Taking turns, they share what else the machine does; the lower of two middle runs counts.
    """
    runs: dict[str, list[Measured]] = {name: [] for name in workers}
    for _ in range(repeats):
        for name, worker in workers.items():
            runs[name].append(run_worker(worker))
    return {name: median(measured) for name, measured in runs.items()}


def median(runs: Sequence[Measured]) -> Measured:
    """The run of median CPU time; the lower of two middle ones."""
    middle = statistics.median_low(run.cpu_seconds for run in runs)
    return next(run for run in runs if run.cpu_seconds == middle)


def _tail(file: IO[str], characters: int = 3000) -> str:
    file.seek(0)
    return file.read()[-characters:]


class _PeakMemory:
    """Samples the resident memory of a process tree while the body runs.

    The kernel's own maximum (`ru_maxrss`) is per process, never of processes that live at the same
    time, and a child begins with that of its parent.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="peak-memory", daemon=True)

    def __enter__(self) -> _PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, tree_memory(self._pid))


def tree_memory(pid: int) -> int:
    """Resident bytes of a process and its descendants now; 0 when it is gone. Linux only."""
    try:
        process = Path(f"/proc/{pid}")
        resident = int((process / "statm").read_text().split()[1]) * _PAGE
        children = [
            int(child)
            for task in (process / "task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (OSError, IndexError):
        return 0
    return resident + sum(tree_memory(child) for child in children)
