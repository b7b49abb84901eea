"""`siyu audience`: packages of consenting people for ad platforms (docs/audiences.md)."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Annotated

import typer

from pipelines.audiences.maker import Maker
from pipelines.cli_errors import readable_errors
from pipelines.reporting import console
from pipelines.settings import LOCAL_TIME_ZONE, Settings, current_settings

audience = typer.Typer(
    name="audience",
    help="Audience packages for ad platforms: build, list, check, withdraw.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be written; write nothing.")
]
Note = Annotated[str, typer.Option(help="Why; kept in the ledger.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it; default the user's name.")]


@audience.command()
def build(
    name: Annotated[str, typer.Argument(help="A segment: brand/audiences/NAME.yml.")],
    platform: Annotated[
        list[str] | None,
        typer.Option(help="Only this format, such as tencent_phone_md5; repeatable."),
    ] = None,
    dry_run: DryRun = False,
    note: Note = "",
    by: By = None,
) -> None:
    """Write a segment's people who agreed, in each platform's upload format."""
    from pipelines.audiences import build as building
    from pipelines.audiences.definition import find_audience
    from pipelines.reporting import audience_pages

    with readable_errors():
        settings, maker = current_settings(), _maker(by, note)
        segment = find_audience(settings, name)
        built = building.build(settings, segment, maker, only=platform or [], dry_run=dry_run)
        audience_pages.print_built(built, maker, settings)
    if built.problems:
        raise typer.Exit(1)


@audience.command(name="list")
def list_audiences() -> None:
    """List the segments that can be built, and the packages that were.

    Exit code 1 when the file of a segment is wrong.
    """
    from pipelines.audiences.definition import load_audiences
    from pipelines.audiences.ledger import reading_ledger
    from pipelines.reporting import audience_pages

    with readable_errors():
        settings = current_settings()
        segments, mistakes = load_audiences(settings)
        with reading_ledger(settings) as ledger:
            packages = ledger.packages() if ledger else []
            events = ledger.events() if ledger else []
            withdrawn = ledger.withdrawn_ids() if ledger else {}
        audience_pages.print_list(list(segments.values()), packages, events, withdrawn, settings)
    for mistake in mistakes:
        console.error(mistake)
    if mistakes:
        raise typer.Exit(1)


@audience.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME|NUMBER", help="A segment or a package.")],
) -> None:
    """Show a segment and how many people it has, or a package and what became of it."""
    from pipelines.audiences.ledger import find_package, reading_ledger
    from pipelines.reporting import audience_pages

    with readable_errors():
        settings = current_settings()
        if not name.isdigit():
            _show_definition(settings, name)
            return
        with reading_ledger(settings) as ledger:
            package = find_package(ledger, int(name))
            events = ledger.events() if ledger else []
        audience_pages.print_package(package, events, settings)


@audience.command()
def check() -> None:
    """Say what to mend: definitions, files, people who must go. Exit code 1 when there is any."""
    from pipelines.audiences.care import problems
    from pipelines.reporting import audience_pages

    with readable_errors():
        found = list(problems(current_settings()))
    audience_pages.print_problems(found)
    if found:
        raise typer.Exit(1)


@audience.command()
def withdraw(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only packages built on or after this local day."),
    ] = None,
    dry_run: DryRun = False,
    note: Note = "",
    by: By = None,
) -> None:
    """Take those who left, withdrew consent or were forgotten out of what was handed over."""
    from pipelines.audiences import withdraw as withdrawing
    from pipelines.reporting import audience_pages

    with readable_errors():
        withdrawn = withdrawing.withdraw(
            current_settings(),
            _maker(by, note),
            since=since.date() if since else None,
            dry_run=dry_run,
        )
        audience_pages.print_withdrawn(withdrawn, dry_run=dry_run)


@audience.command()
def close(
    number: Annotated[int, typer.Argument(help="As `siyu audience list` shows it.")],
    never_uploaded: Annotated[
        bool, typer.Option("--never-uploaded", help="It was built and never handed over.")
    ] = False,
    note: Note = "",
    by: By = None,
) -> None:
    """Note that a platform holds a package no longer, and delete its file."""
    from pipelines.audiences import care
    from pipelines.reporting import audience_pages

    with readable_errors():
        package = care.close(
            current_settings(), number, _maker(by, note), never_uploaded=never_uploaded
        )
        audience_pages.print_closed(package)


def _show_definition(settings: Settings, name: str) -> None:
    from pipelines.audiences.care import check_definition
    from pipelines.audiences.definition import audiences_folder, find_audience
    from pipelines.publishing.reader import connect
    from pipelines.reporting import audience_pages

    segment = find_audience(settings, name)
    with connect(settings, follow=False) as snapshot:
        count = check_definition(settings, snapshot, segment)
    audience_pages.print_definition(segment, count, audiences_folder(settings) / f"{name}.yml")


def _maker(by: str | None, note: str) -> Maker:
    return Maker(by or getpass.getuser(), note, datetime.now(LOCAL_TIME_ZONE))
