"""What `siyu forget` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from pipelines.orchestration.outcome import RefreshOutcome
from pipelines.privacy.erasure import Erased, Erasure
from pipelines.publishing.layout import list_versions
from pipelines.reporting import effect_pages
from pipelines.reporting.decision_pages import shown
from pipelines.reporting.screen import screen
from pipelines.settings import Settings

_out = screen()
_MAX_FILES = 10


def print_forgotten(erasure: Erasure, erased: Erased, settings: Settings, *, is_done: bool) -> None:
    """Who goes, from where, and what a person must still do by hand."""
    count = len(erasure.identifiers)
    whom = ", ".join(f"customer {customer}" for customer in erasure.customers) or "nobody known"
    _out.print(f"[bold]Forget {whom}[/]: {count} identifier{'' if count == 1 else 's'}")
    for identifier in erasure.identifiers:
        _out.print(f"  {escape(shown(identifier))}", soft_wrap=True)
    for identifier in erasure.shared:
        _out.print(
            f"  [yellow]{escape(shown(identifier))} stays: it was another person's at another "
            "time[/]",
            soft_wrap=True,
        )
    _out.print()
    effect_pages.print_effect(erased.effect, is_done=is_done)
    _print_rows(erased)
    _print_files(erased.rows.files, settings)
    _print_versions(settings)


def print_unfinished() -> None:
    """The second half is left to the next refresh."""
    _out.print(
        "\n[bold]Half done:[/] raw data and identity are rid of them, the marts and the published "
        "versions not yet. Next: siyu refresh"
    )


def print_end(outcome: RefreshOutcome, settings: Settings) -> None:
    """Whether everything that readers see is rid of the person."""
    if outcome.status == "failed":
        print_unfinished()
        return
    kept = len(list_versions(settings))
    _out.print(
        f"[bold green]Forgotten.[/] Version {outcome.version} was made without them, and those of "
        f"before are deleted: {kept} kept."
    )


def _print_rows(erased: Erased) -> None:
    rows = erased.rows
    if not rows.total:
        _out.print("\nNo row of the warehouse names them.")
        return
    _out.print("\n[bold]Rows in the warehouse[/]")
    table = Table("raw table", "removed", "emptied", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for name in sorted(rows.removed.keys() | rows.emptied.keys()):
        table.add_row(name, f"{rows.removed.get(name, 0):,}", f"{rows.emptied.get(name, 0):,}")
    if rows.quarantined:
        table.add_row("ledger.quarantine", "0", f"{rows.quarantined:,}")
    _out.print(table)
    _out.print("[dim]Emptied: the row also names another person and stays without this one.[/]")


def _print_files(files: Sequence[str], settings: Settings) -> None:
    if not files:
        return
    _out.print(
        f"\n[bold]By hand:[/] {len(files):,} delivered files in "
        f"{escape(str(settings.landing_folder))} still hold them as they came. Delete them, or "
        "keep them locked away: what they name is taken out whenever they are loaded again."
    )
    for path in files[:_MAX_FILES]:
        _out.print(f"  {escape(path)}", soft_wrap=True)
    if len(files) > _MAX_FILES:
        _out.print(f"  … and {len(files) - _MAX_FILES:,} more")


def _print_versions(settings: Settings) -> None:
    versions = list_versions(settings)
    if versions:
        names = "version" if len(versions) == 1 else "versions"
        _out.print(
            f"\n{len(versions)} published {names} may hold them; the next one that is published "
            "replaces them all."
        )
