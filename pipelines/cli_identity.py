"""`siyu identity <verb>`: who is who, why, and how to correct it."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli_errors import readable_errors
from pipelines.identity.decision_file import decisions_file, read_decisions
from pipelines.reporting import identity_pages
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse

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


@identity.command()
def train(
    model: Annotated[str, typer.Argument(help="A file of brand/identity/splink, without .yml.")],
) -> None:
    """Let a Splink model learn from the warehouse which records look like one person."""
    from pipelines.identity.rules import read_rules
    from pipelines.identity.splink_models import find_model
    from pipelines.identity.weak_edges import train_model
    from pipelines.privacy.keys import load_or_create_key

    settings = current_settings()
    with readable_errors():
        wanted = find_model(settings.brand_configuration, model)
        with open_warehouse(settings) as warehouse:
            rules = read_rules(warehouse, key=load_or_create_key(settings))
            training = train_model(warehouse, wanted, rules)
    identity_pages.print_training(training, rules)


@identity.command()
def suggest_blocks(
    most: Annotated[int, typer.Option("--most", min=1, help="How many to list.")] = 20,
) -> None:
    """List identifiers that strangers seem to share, such as a store's phone; changes nothing."""
    from pipelines.identity.rules import read_rules
    from pipelines.identity.suggest import suggest_blocks as suggest
    from pipelines.privacy.keys import load_or_create_key
    from pipelines.reporting.block_suggestions import print_suggestions

    settings = current_settings()
    with readable_errors():
        with open_warehouse(settings, read_only=True) as warehouse:
            rules = read_rules(warehouse, key=load_or_create_key(settings))
            suggestions = suggest(warehouse, most)
        print_suggestions(suggestions, rules.identifier_types)
