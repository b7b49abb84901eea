"""A figure is met or missed by its target, printed, and kept as one line of JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.measure import Measured
from benchmarks.results import Figure, Report, Target


@pytest.mark.parametrize(
    ("value", "kind", "verdict"),
    [(6.0, "at most", "met"), (6.1, "at most", "missed"), (6.0, "at least", "met"),
     (5.9, "at least", "missed"), (None, "at most", "")],
)  # fmt: skip
def test_verdict(value: float | None, kind: str, verdict: str) -> None:
    assert Figure("a", "x", value, "×", target=Target(6.0, kind)).verdict == verdict


def test_without_a_target_there_is_no_verdict() -> None:
    assert Figure("a", "x", 1.0, "×").verdict == ""


def test_figures_are_printed_and_kept(tmp_path: Path) -> None:
    file, printed = tmp_path / "results" / "lines.jsonl", io.StringIO()
    report = Report(file, Console(file=printed, width=200))
    ours = Measured(12.5, 10.0, 300.0, facts={"rows": 7})
    report.add([Figure("a", "refresh", 5.0, "× floor", ours, "floor", target=Target(6, "at most"))])
    report.add([Figure("d", "Markov", None, "", note="not there yet")])
    report.print_targets()
    first, second = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    assert first["run_id"] == second["run_id"]
    assert (first["value"], first["verdict"], first["target"]) == (5.0, "met", "≤ 6")
    assert first["ours"]["facts"] == {"rows": 7}
    assert (second["value"], second["verdict"], second["note"]) == (None, None, "not there yet")
    assert "5.00 × floor" in printed.getvalue()
    assert "not measured" in printed.getvalue()
