"""`siyu explain <thing>`: how a published figure came about."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.attribution.explain import explain_order
from pipelines.cli_errors import readable_errors
from pipelines.publishing.reader import connect
from pipelines.reporting.attribution_pages import print_order_credit
from pipelines.settings import current_settings

explain = typer.Typer(
    name="explain",
    help="How a published figure came about.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@explain.callback()
def _explain() -> None:
    """Keeps the verb's name in front of what it explains."""


@explain.command()
def order(
    order_id: Annotated[str, typer.Argument(help="Number as the export writes it, or order_key.")],
    version: Annotated[
        str | None, typer.Option(help="A kept version (see `siyu versions`); default the newest.")
    ] = None,
) -> None:
    """Print the touches that led to an order, and the credit that each model gives them."""
    with readable_errors(), connect(current_settings(), version, follow=False) as snapshot:
        print_order_credit(explain_order(snapshot, order_id), snapshot.version)
