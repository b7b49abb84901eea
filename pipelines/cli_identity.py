"""`siyu identity <verb>`: who is who, why, and how to correct it."""

from __future__ import annotations

import typer

from pipelines.cli_errors import readable_errors
from pipelines.identity.decision_file import decisions_file, read_decisions
from pipelines.reporting import identity_pages
from pipelines.settings import current_settings

identity = typer.Typer(
    name="identity",
    help="Who is who: decisions, rules, history.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@identity.command()
def decisions() -> None:
    """List what people decided about identity: the audit log, oldest first."""
    with readable_errors():
        path = decisions_file(current_settings())
        identity_pages.print_decisions(read_decisions(path), path)
