"""What a benchmark says: figures with their target, printed as tables and kept as JSON lines."""

from __future__ import annotations

import json
import operator
import os
import platform
import subprocess
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.measure import Measured
from pipelines.settings import REPOSITORY

SECTIONS = {
    "a": "Full refresh against the floor",
    "b": "Loading against plain reading of clean UTF-8",
    "c": "Identity against Splink and scipy",
    "d": "Attribution against ChannelAttribution",
    "e": "Start-up and empty refresh",
    "f": "Growth: one more day after a long history",
    "g": "FEBRL: people from Splink's pairs, ours against its own clustering",
}
_PACKAGES = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "numpy", "polars", "scipy")


@dataclass(frozen=True)
class Target:
    """A bound on a figure."""

    bound: float
    kind: Literal["at most", "at least"]

    def is_met(self, value: float) -> bool:
        """Whether the value keeps the bound."""
        return (operator.le if self.kind == "at most" else operator.ge)(value, self.bound)

    def __str__(self) -> str:
        return f"{'≤' if self.kind == 'at most' else '≥'} {self.bound:g}"


@dataclass(frozen=True)
class Figure:
    """One line of the report."""

    section: str
    name: str
    value: float | None
    """None when it was not measured; `note` says why."""
    unit: str
    ours: Measured | None = None
    peer_name: str | None = None
    peer: Measured | None = None
    target: Target | None = None
    note: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)
    """Where the time goes: seconds by stage or model."""

    @property
    def verdict(self) -> str:
        """met, missed, or blank without a target or a value."""
        if self.target is None or self.value is None:
            return ""
        return "met" if self.target.is_met(self.value) else "missed"


class Report:
    """Prints every figure when it is there and appends it to a file of JSON lines."""

    def __init__(self, file: Path, console: Console) -> None:
        self.figures: list[Figure] = []
        self.console = console
        self._file = file
        self._run = {
            "run_id": uuid.uuid4().hex[:12],
            "started_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "commit": _commit(),
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "packages": {name: version(name) for name in _PACKAGES},
        }

    def add(self, figures: Iterable[Figure]) -> None:
        """Keep and print figures of one section."""
        figures = list(figures)
        self.figures += figures
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as lines:
            for figure in figures:
                lines.write(json.dumps(self._run | _as_json(figure), ensure_ascii=False) + "\n")
        self.console.print(_table(figures))
        for figure in figures:
            if figure.parts:
                self.console.print(_parts_table(figure))

    def print_targets(self) -> None:
        """Every figure that has a target, once more, at the end."""
        self.console.print("\n[bold]Against the targets[/]")
        self.console.print(_table([f for f in self.figures if f.target]))
        self.console.print(f"[dim]kept in {escape(str(self._file))}[/]")


def _as_json(figure: Figure) -> dict[str, Any]:
    content = asdict(figure)
    content["target"] = str(figure.target) if figure.target else None
    return content | {"verdict": figure.verdict or None}


def _table(figures: Iterable[Figure]) -> Table:
    table = Table(box=None)
    for name in ("", "what", "figure", "target", "", "CPU s", "MB", "peer", "CPU s", "MB", "note"):
        table.add_column(name, justify="right" if name in {"figure", "CPU s", "MB"} else "left")
    for figure in figures:
        colour = {"met": "green", "missed": "red"}.get(figure.verdict, "default")
        table.add_row(
            figure.section,
            escape(figure.name),
            "not measured" if figure.value is None else f"{figure.value:.2f} {figure.unit}",
            str(figure.target or ""),
            f"[{colour}]{figure.verdict}[/]",
            *_used(figure.ours),
            figure.peer_name or "",
            *_used(figure.peer),
            escape(figure.note),
        )
    return table


def _used(measured: Measured | None) -> tuple[str, str]:
    if measured is None:
        return "", ""
    return f"{measured.cpu_seconds:.2f}", f"{measured.peak_mb:.0f}"


def _parts_table(figure: Figure) -> Table:
    table = Table(box=None, title=f"{escape(figure.name)}: where the time goes", title_style="dim")
    table.add_column("part", no_wrap=True, max_width=70)
    table.add_column("seconds", justify="right")
    for name, seconds in figure.parts.items():
        table.add_row(escape(name), f"{seconds:.2f}")
    return table


def _commit() -> str:
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=12"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
