"""What the command line prints: progress, reports, rows. Presentation only."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from pipelines.orchestration.outcome import RefreshOutcome
from pipelines.reporting.headlines import read_headlines
from pipelines.reporting.screen import screen

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.publishing.manifest import Manifest
    from pipelines.publishing.reader import SnapshotConnection
    from pipelines.simulation import Brand

# Bound here: while dbt runs, sys.stdout is put aside, and the spinner turns in another thread.
_out = screen(file=sys.stdout)
_err = screen(stderr=True)

STEP_LABELS = {
    "prepare": "Starting Dagster and dbt",
    "raw_exports": "Loading export files",
    "landed_rows": "Checking landed rows (Great Expectations)",
    "load_ledger": "Adding up every row",
    "dbt_before_identity": "Building staging and identifiers (dbt)",
    "customer_identity": "Resolving OneID",
    "identity_quality": "Judging who is who",
    "dbt_after_identity": "Building customer center and marts (dbt)",
    "marts__rpt_identity_match_rates_match_rates": "Comparing match rates",
    "published__snapshot": "Publishing the snapshot",
}
_MAX_ROWS = 200
_LEGIBLE = 12
"""Characters of a cell that must fit into one line; the rest is folded."""


def error(message: str) -> None:
    """Print an expected error to stderr."""
    _err.print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)


def warning(message: str) -> None:
    """Print to stderr what its reader should know beside the answer."""
    _err.print(f"[yellow]note:[/] {escape(message)}", soft_wrap=True)


def success(message: str) -> None:
    """Print what was done."""
    _out.print(f"[green]✓[/] {escape(message)}", soft_wrap=True)


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show a spinner with `text` while the body runs, then how long it took."""
    started = time.monotonic()
    with _out.status(f"{text} …"):
        yield
    _out.print(f"[green]✓[/] {text} [dim]{time.monotonic() - started:.1f} s[/]")


class RefreshProgress:
    """Progress display of a refresh: what it is called with, `Progress` describes."""

    def __init__(self) -> None:
        # A log file shows no spinner: there every step is a line when it starts and when it ends.
        self._status: Status | None = None
        if _out.is_terminal:
            self._status = _out.status("Looking for new export files …")
        self._label = ""
        self._started = 0.0

    def __enter__(self) -> RefreshProgress:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finish_step()
        if self._status:
            self._status.stop()

    def __call__(self, kind: str, text: str) -> None:
        """Show the step that starts, or the line of what was just done."""
        if kind == "step":
            self._finish_step()
            self._label, self._started = STEP_LABELS.get(text, text), time.monotonic()
            detail = ""
            if not self._status:
                _out.print(f"… {self._label}")
        else:
            detail = f" [dim]{escape(text)}[/]"
        if self._status:
            self._status.update(f"{self._label} …{detail}")

    def _finish_step(self) -> None:
        if self._label:
            _out.print(
                f"[green]✓[/] {self._label} [dim]{time.monotonic() - self._started:.1f} s[/]"
            )
            self._label = ""


def print_outcome(outcome: RefreshOutcome) -> None:
    """One sentence: published, nothing new, or why it failed."""
    if outcome.status == "nothing_new":
        _out.print(
            f"\n[bold]Nothing new:[/] no new files and no changed rule since version "
            f"[bold]{outcome.version}[/]. Nothing was rebuilt, nothing was published."
        )
    elif outcome.status == "published":
        _out.print(
            f"\n[bold green]Published[/] version [bold]{outcome.version}[/] "
            f"[dim]({escape(outcome.rebuilt)})[/]"
        )
    else:
        kept = f"version {outcome.version} stays current" if outcome.version else "nothing"
        _err.print(f"\n[bold red]The refresh failed; published: {kept}.[/]")
        for line in outcome.run.failures if outcome.run else []:
            _err.print(f"  [red]•[/] {escape(line)}", soft_wrap=True)


def print_refused(outcome: RefreshOutcome) -> None:
    """The files that nothing recognised, with the nearest contracts."""
    count = len(outcome.refused)
    if not count:
        return
    what = "1 file was refused" if count == 1 else f"{count} files were refused"
    _out.print(
        f"\n[bold yellow]{what}[/] (kept in the landing folder, tried again when a "
        "contract changes)"
    )
    for path, message in outcome.refused:
        _out.print(f"[bold]{escape(path)}[/]\n{escape(message)}", soft_wrap=True)


def print_stages(outcome: RefreshOutcome) -> None:
    """How long each stage took."""
    if not outcome.run:
        return
    _out.print("\n[bold]How long each stage took[/]")
    table = Table(box=None)
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    for stage in outcome.run.stages:
        table.add_row(STEP_LABELS.get(stage.name, stage.name), f"{stage.seconds:.1f}")
    _out.print(table)


def print_next_steps() -> None:
    """What a newcomer would do next."""
    _out.print("\n[bold]What to do next[/]")
    siyu = "siyu" if shutil.which("siyu") else os.path.relpath(sys.argv[0])
    for command, purpose in (
        (f'{siyu} query "show tables"', "what is published; ask any of it in SQL"),
        (f"{siyu} metric net_gmv_cny --by month,platform", "a figure by its one definition"),
        (f'{siyu} query "from marts.rpt_rejected_rows"', "see why rows were rejected"),
        ("make dev", "the graph, the checks and the runs in the Dagster UI"),
        ("cp your-export.csv data/landing/tmall/ && make run", "load your own export files"),
    ):
        _out.print(f"  [cyan]{escape(command)}[/]  [dim]{purpose}[/]", soft_wrap=True)


def print_rows(
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    caption: str,
    rest: str = "--format csv prints all",
) -> None:
    """Rows as a table, at most 200 of them and as many columns as can be read on the screen; says
    how many there are, and how to have the rest."""
    shown = [["" if value is None else str(value) for value in row] for row in rows[:_MAX_ROWS]]
    fitting = _fitting(columns, shown)
    table = Table(row_styles=["", "dim"])
    for name in columns[:fitting]:
        table.add_column(escape(name), overflow="fold")
    for row in shown:
        table.add_row(*map(escape, row[:fitting]))
    _out.print(table)
    cut = [f"first {_MAX_ROWS} shown"] if len(rows) > _MAX_ROWS else []
    if fitting < len(columns):
        cut.append(f"first {fitting} of {len(columns)} columns: name those that you want")
    more = f", {', '.join(cut)} ({rest})" if cut else ""
    _out.print(f"[dim]{len(rows):,} rows{more}; {caption}[/]", soft_wrap=True)


def _fitting(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How many of the first columns the screen has room for, with so much of each as is legible."""
    width = 1
    for number, name in enumerate(columns):
        longest = max(cell_len(text) for text in (name, *(row[number] for row in rows)))
        width += min(longest, _LEGIBLE) + 3
        if width > _out.width:
            return max(number, 1)
    return len(columns)


def print_versions(manifests: Iterable[Manifest]) -> None:
    """The kept versions, newest last."""
    manifests = list(manifests)
    if not manifests:
        _out.print("nothing is published yet; remedy: make run")
        return
    table = Table("version", "as of", "tables", "rows", "MB", title_justify="left")
    for manifest in manifests:
        rows = sum(entry.rows for entry in manifest.tables.values())
        table.add_row(
            manifest.version,
            str(manifest.as_of),
            str(len(manifest.tables)),
            f"{rows:,}",
            f"{manifest.file_bytes / 1e6:.1f}",
        )
    _out.print(table)


def print_simulated(brand: Brand) -> None:
    """What a simulated brand wrote."""
    totals = brand.truth.totals
    _out.print(
        f"  {totals['files']:,} files with {totals['rows']:,} rows in {brand.landing}; "
        f"fictional people, seeded; what is true about them in {brand.truth.folder}"
    )


def print_written(path: Path) -> None:
    """The file that was just written."""
    _out.print(f"[green]written[/] {escape(os.path.relpath(path))}", soft_wrap=True)


def print_report(snapshot: SnapshotConnection) -> None:
    """The headline figures of one published version."""
    _out.print(f"\n[bold]Figures as of {snapshot.manifest.as_of}[/] (version {snapshot.version})")
    for headline in read_headlines(snapshot):
        section = headline.section
        _out.print(f"\n[bold]{section.title}[/]")
        table = Table(box=None)
        for index, name in enumerate(headline.columns):
            table.add_column(name, justify="left" if index in section.text_columns else "right")
        for row in headline.rows:
            table.add_row(*(_format(value) for value in row))
        _out.print(table)
        if section.note:
            _out.print(f"[dim]{escape(section.note)}[/]")


def _format(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    return escape(str(value))
