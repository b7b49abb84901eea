"""What a refresh says while it runs and when it is over. No Dagster: it is imported at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[str, str], None]
"""Called with ("step", name of the step that starts) or ("line", what was just done)."""


@dataclass(frozen=True)
class Stage:
    """One step of the run: its Dagster name and how long it took (wall-clock seconds)."""

    name: str
    seconds: float


@dataclass(frozen=True)
class JobRun:
    """A finished run. It succeeded when `failures` is empty."""

    run_id: str
    stages: list[Stage]
    failures: list[str]


@dataclass(frozen=True)
class RefreshOutcome:
    """What a refresh did: `published`, `nothing_new` or `failed` (`run.failures` says why)."""

    status: str
    version: str | None
    """The version that is now current."""
    run: JobRun | None = None
    refused: tuple[tuple[str, str], ...] = ()
    """Files in the landing folder that no contract fits: relative path and message."""
    rebuilt: str = ""
    """What was built: `increment: 3 new files, 120 customers` or `full: seeds changed`."""
