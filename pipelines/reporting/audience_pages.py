"""What `siyu audience` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from pipelines.audiences import build as building
from pipelines.audiences import people
from pipelines.audiences.build import Built, Draft, upload_name
from pipelines.audiences.definition import Audience
from pipelines.audiences.files import state_of
from pipelines.audiences.formats import load_formats
from pipelines.audiences.ledger import WITHDRAWN, Event, Package
from pipelines.audiences.maker import Maker
from pipelines.audiences.overlap import Overlap
from pipelines.audiences.withdraw import DELETE, REDUCE, Withdrawal, Withdrawn
from pipelines.reporting.screen import screen
from pipelines.settings import Settings

_out = screen()
_MAX_FILES = 5
_LIVE = "live"

REASONS = {
    people.ERASED: "asked to be forgotten",
    people.LEFT: "left: every membership ended, or the id names nobody now",
    people.REFUSED: "refused",
    people.NO_CONSENT: "never agreed",
    building.SUPPRESSED: "in an earlier package (suppress)",
    building.NO_IDENTIFIER: "agreed, but no such id is known",
    building.OVER_LIMIT: "beyond the segment's limit",
}


def print_built(built: Built, maker: Maker, settings: Settings) -> None:
    """Who goes where, who is left out and why, and what to do with the files."""
    audience = built.audience
    _out.print(
        f"[bold]{audience.audience}[/] {escape(audience.label_zh)}: {built.selected:,} people in "
        f"version {built.snapshot_version}, purpose {escape(audience.purpose)}",
        soft_wrap=True,
    )
    for draft in built.drafts:
        _print_draft(draft)
    _print_landing(built)
    if built.problems:
        _print_limits(built)
        return
    if not built.packages:
        _out.print("\n[bold]Dry run:[/] nothing was written and nothing noted.")
        return
    _out.print(f"\n[bold green]Written[/] into {escape(str(settings.audiences_folder))}")
    for package in built.packages:
        upload = load_formats()[package.format]
        account = f", account {escape(package.account)}" if package.account else ""
        _out.print(
            f"  package {package.package_id}: {package.file_name}\n    upload to "
            f"{escape(upload.title)}{account} as "
            f"[bold]{escape(upload_name(audience, maker))}[/]",
            soft_wrap=True,
        )
    _out.print(
        "The ledger counts them as handed over. One that is not uploaded after all: "
        "siyu audience close NUMBER --never-uploaded",
        soft_wrap=True,
    )


def _print_limits(built: Built) -> None:
    """What platforms would refuse."""
    _out.print()
    for problem in built.problems:
        _out.print(f"[red]•[/] {escape(problem)}", soft_wrap=True)
    others = " --platform FORMAT builds single ones." if len(built.drafts) > 1 else ""
    _out.print(f"[bold red]Nothing was written.[/]{others}")


def _print_draft(draft: Draft) -> None:
    _out.print(f"\n[bold]{draft.upload.name}[/] {escape(draft.upload.title)}", soft_wrap=True)
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column()
    table.add_column(justify="right")
    for reason, count in draft.out.items():
        table.add_row(f"  out: {REASONS[reason]}", f"{count:,}")
    for reason, count in draft.lost.items():
        table.add_row(f"  unreachable: {reason}", f"{count:,}")
    table.add_row("  [bold]people in the package[/]", f"[bold]{draft.people:,}[/]")
    table.add_row("  ids (lines)", f"{draft.ids:,}")
    _out.print(table)
    _out.print(f"  [dim]consent: channel {draft.channel} of customer_consents[/]")
    if draft.upload.min_matched:
        _out.print(
            f"  [yellow]the platform must recognise {draft.upload.min_matched:,} of them; only it "
            "can say[/]"
        )
    _print_overlaps(draft.overlaps)


def _print_overlaps(overlaps: Sequence[Overlap]) -> None:
    if not overlaps:
        _out.print("  [dim]nobody of them is in an earlier package[/]")
        return
    for overlap in overlaps:
        earlier = overlap.package
        _out.print(
            f"  also in package {earlier.package_id} ({earlier.audience}, {earlier.format}, "
            f"{earlier.built_date}): {overlap.people:,} people, {overlap.share:.1%}",
            soft_wrap=True,
        )


def _print_landing(built: Built) -> None:
    if built.files_read:
        _out.print(f"\n[dim]{built.files_read:,} delivered files read again, in memory[/]")
    if not built.files_gone:
        return
    count = len(built.files_gone)
    _out.print(
        f"[yellow]{count:,} delivered file{'' if count == 1 else 's'} "
        f"{'is' if count == 1 else 'are'} gone from the landing folder, or changed:[/]"
    )
    for path in built.files_gone[:_MAX_FILES]:
        _out.print(f"  {escape(path)}", soft_wrap=True)
    if count > _MAX_FILES:
        _out.print(f"  … and {count - _MAX_FILES:,} more")


def print_list(
    audiences: Sequence[Audience],
    packages: Sequence[Package],
    events: Sequence[Event],
    withdrawn: Mapping[int, int],
    settings: Settings,
) -> None:
    """Segments that can be built, and packages that were."""
    if not audiences:
        _out.print("No segment can be built: write brand/audiences/<name>.yml (docs/audiences.md).")
    else:
        table = Table("segment", "中文", "formats")
        table.columns[0].no_wrap = True
        for audience in audiences:
            formats = "\n".join(target.format for target in audience.platforms)
            table.add_row(audience.audience, escape(audience.label_zh), formats)
        _out.print(table)
    if not packages:
        _out.print("No package was built yet: siyu audience build SEGMENT --dry-run")
        return
    table = Table("no.", "segment, format", "built", "people", "ids", "taken out", "state")
    for index in (0, 1, 2, 6):
        table.columns[index].no_wrap = True
    for package in packages:
        file = state_of(settings, package.file_name, package.file_sha256)
        state = _state(package, events)
        table.add_row(
            str(package.package_id), f"{package.audience}\n{package.format}",
            str(package.built_date), f"{package.people:,}", f"{package.ids:,}",
            f"{withdrawn.get(package.package_id, 0):,}",
            state if file == "present" or state != _LIVE else f"{state}\nfile {file}",
        )  # fmt: skip
    _out.print(table)


def print_definition(audience: Audience, count: int, path: Path) -> None:
    """What a segment says, and how many people it has now."""
    _out.print(f"[bold]{audience.audience}[/] {escape(audience.label_zh)}: {count:,} people now")
    _out.print(escape(audience.description), soft_wrap=True)
    _out.print(f"[dim]owner {escape(audience.owner)}; {escape(str(path))}[/]\n", soft_wrap=True)
    _out.print(escape(path.read_text("utf-8")), soft_wrap=True)


def print_package(package: Package, events: Sequence[Event], settings: Settings) -> None:
    """Everything the ledger knows of a package, without anybody's name."""
    table = Table("", "", box=None, show_header=False)
    table.columns[1].overflow = "fold"
    for name, value in vars(package).items():
        if value is not None and value != "":
            table.add_row(f"[dim]{name}[/]", escape(str(value)))
    table.add_row("[dim]file is[/]", state_of(settings, package.file_name, package.file_sha256))
    _out.print(table)
    for event in events:
        if event.package_id == package.package_id:
            ids = f", {event.ids:,} ids" if event.ids else ""
            place = f", {event.file_name}" if event.file_name else ""
            _out.print(
                f"{event.happened_at:%Y-%m-%d %H:%M} UTC: {event.event} by "
                f"{escape(event.happened_by)}{ids}{place} {escape(event.note)}",
                soft_wrap=True,
            )


def print_withdrawn(withdrawn: Withdrawn, *, dry_run: bool) -> None:
    """Whom to take out of which package, and how the platform does it."""
    if not withdrawn.withdrawals:
        _out.print(
            f"Nothing to withdraw: everybody in the {withdrawn.looked_at:,} packages that "
            "platforms may hold still agrees.",
            soft_wrap=True,
        )
        return
    for withdrawal in withdrawn.withdrawals:
        _print_withdrawal(withdrawal, withdrawn)
    if dry_run:
        _out.print("\n[bold]Dry run:[/] nothing was written and nothing noted.")


def _print_withdrawal(withdrawal: Withdrawal, withdrawn: Withdrawn) -> None:
    package = withdrawal.package
    reasons = ", ".join(
        f"{count:,} {REASONS[reason]}" for reason, count in sorted(withdrawal.reasons.items())
    )
    _out.print(
        f"\n[bold]package {package.package_id}[/] {package.audience}, "
        f"{escape(withdrawal.upload.title)}: {withdrawal.ids:,} of {package.ids:,} ids must go "
        f"({reasons})",
        soft_wrap=True,
    )
    file = withdrawn.written.get(package.package_id)
    into = f" [bold]{file}[/]" if file else ""
    if withdrawal.action == DELETE:
        text = (
            "delete the whole audience on the platform: too few people stay for a new one, or "
            "their lines are lost with the file"
        )
    elif withdrawal.action == REDUCE:
        text = f"upload{into} to the same audience with operation REDUCE"
    else:
        new = withdrawn.replacements.get(package.package_id)
        number = f" as package {new.package_id}" if new else ""
        text = (
            f"the platform takes nobody out: upload{into}{number}, {len(withdrawal.lines):,} ids, "
            "then delete the old audience there"
        )
    _out.print(f"  {text}", soft_wrap=True)
    if withdrawal.unreachable and withdrawal.action != DELETE:
        _out.print(
            f"  [yellow]{withdrawal.unreachable:,} ids could not be found again (the package's "
            "file and what delivered them are gone)"
            + (": delete the audience on the platform[/]" if withdrawal.action == REDUCE else "[/]")
        )


def print_closed(package: Package) -> None:
    """What is over."""
    _out.print(
        f"Package {package.package_id} ({package.audience}, {package.format}) is over: its file is "
        "deleted, the ledger keeps what it was."
    )


def print_problems(problems: Sequence[str]) -> None:
    """What an operator should mend."""
    for problem in problems:
        _out.print(f"[red]•[/] {escape(problem)}", soft_wrap=True)
    if not problems:
        _out.print("[green]✓[/] segments can be built, files are what they were, nobody must go")


def print_holding(packages: Sequence[Package], *, is_done: bool) -> None:
    """Packages with somebody who is being forgotten."""
    if not packages:
        return
    _out.print("\n[bold]Audience packages[/] that ad platforms may hold with them:")
    for package in packages:
        _out.print(
            f"  package {package.package_id}: {package.audience}, {package.format}, "
            f"{package.built_date}",
            soft_wrap=True,
        )
    when = "Next" if is_done else "Afterwards"
    _out.print(f"{when}: siyu audience withdraw")


def _state(package: Package, events: Sequence[Event]) -> str:
    ended = [
        event.event
        for event in events
        if event.package_id == package.package_id and event.event != WITHDRAWN
    ]
    return (ended or [_LIVE])[-1].replace("_", " ")
