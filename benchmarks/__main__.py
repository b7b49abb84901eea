"""`python -m benchmarks`, which `siyu bench` and `make bench` run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from benchmarks.measure import MeasureError
from benchmarks.options import Options
from benchmarks.results import SECTIONS, Figure, Report
from benchmarks.sections import (
    attribution,
    febrl,
    full_refresh,
    growth,
    identity,
    loader,
    overhead,
)
from pipelines.reporting.screen import screen
from pipelines.settings import REPOSITORY, current_settings

_MEASURES: dict[str, Callable[[Options], Iterator[Figure]]] = {
    "a": full_refresh.measure,
    "b": loader.measure,
    "c": identity.measure,
    "d": attribution.measure,
    "e": overhead.measure,
    "f": growth.measure,
    "g": febrl.measure,
}
_ROWS, _FULL_ROWS = [100_000, 1_000_000], [100_000, 1_000_000, 10_000_000]
_FOLDER = REPOSITORY / "benchmarks"


class Section(StrEnum):
    """The letters of the sections."""

    a = "a"
    b = "b"
    c = "c"
    d = "d"
    e = "e"
    f = "f"
    g = "g"


def main(
    section: Annotated[
        list[Section] | None, typer.Option(help="Only these sections: a to g.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="(a) also at 10 million raw rows.")] = False,
    rows: Annotated[
        list[int] | None, typer.Option(help="(a) raw rows, instead of the usual sizes.")
    ] = None,
    loader_mb: Annotated[float, typer.Option(help="(b) MB of the main order exports.")] = 60.0,
    format_mb: Annotated[float, typer.Option(help="(b) MB of every other format.")] = 6.0,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="(b) only this contract.")
    ] = None,
    edges: Annotated[int, typer.Option(help="(c) edges of the identity graph.")] = 1_000_000,
    conversions: Annotated[int, typer.Option(help="(d) conversions.")] = 200_000,
    customers: Annotated[int, typer.Option(help="(f) people of the simulated brand.")] = 1_500,
    days: Annotated[int, typer.Option(help="(f) its days.")] = 60,
    copies: Annotated[int, typer.Option(help="(f) how many times its people are there.")] = 20,
    visits: Annotated[
        list[int] | None, typer.Option(help="(f) store visits of each member.")
    ] = None,
    repeats: Annotated[int, typer.Option(help="Runs of each; the median counts.")] = 3,
    peers: Annotated[
        Path, typer.Option(help="Python of the environment that holds the peers.")
    ] = REPOSITORY / ".venv-bench" / "bin" / "python",
    work: Annotated[
        Path | None, typer.Option(help="Folder for inputs and warehouses; default <data>/bench.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Where the figures are kept, as JSON lines.")] = (
        _FOLDER / "results" / "results.jsonl"
    ),
) -> None:
    """Measure Siyu against the floor and its peers: ratios of CPU seconds, and peak memory."""
    console = screen()
    options = Options(
        work=work or current_settings().data_folder / "bench",
        peers=peers,
        repeats=repeats,
        rows=tuple(rows or (_FULL_ROWS if full else _ROWS)),
        loader_mb=loader_mb,
        format_mb=format_mb,
        formats=tuple(formats or ()),
        edges=edges,
        conversions=conversions,
        history_customers=customers,
        history_days=days,
        history_copies=copies,
        history_visits=tuple(visits or (10, 100)),
        console=console,
    )
    _forget_settings()
    report = Report(results, console)
    wanted = [letter for letter in _MEASURES if not section or letter in section]
    failed = [letter for letter in wanted if not _run(letter, options, report)]
    report.print_targets()
    raise typer.Exit(1 if failed else 0)


def _forget_settings() -> None:
    """Every measured process gets a data folder of its own and defaults for everything else."""
    for name in [name for name in os.environ if name.startswith("SIYU_")]:
        del os.environ[name]


def _run(letter: str, options: Options, report: Report) -> bool:
    """Measure one section. One that fails keeps what it had, and the next one runs all the same."""
    options.console.print(f"\n[bold]({letter}) {SECTIONS[letter]}[/]")
    figures: list[Figure] = []
    try:
        for figure in _MEASURES[letter](options):
            figures.append(figure)  # noqa: PERF402 - what came before a failure is kept
    except MeasureError as error:
        options.console.print(f"[bold red]({letter}) stopped:[/] {escape(str(error))}")
        return False
    finally:
        report.add(figures)
    return True


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app(prog_name="siyu bench")
