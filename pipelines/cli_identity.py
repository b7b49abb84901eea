"""`siyu identity <verb>`: who is who, why, and how to correct it."""

from __future__ import annotations

from pathlib import Path
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
def evaluate(
    truth: Annotated[
        Path, typer.Option(help="The truth of a simulated brand: a folder of `siyu simulate`.")
    ],
    worst: Annotated[int, typer.Option(min=0, help="So many mistakes are explained.")] = 20,
) -> None:
    """Hold the customers against the true people of a simulated brand: precision and recall."""
    from pipelines.identity.evaluate import evaluate as score
    from pipelines.identity.evaluate import read_evidence
    from pipelines.identity.mistakes import worst_mistakes
    from pipelines.identity.rules import read_rules
    from pipelines.privacy.keys import load_or_create_key
    from pipelines.reporting import evaluation_pages
    from pipelines.simulation import Truth

    settings = current_settings()
    with readable_errors(), open_warehouse(settings) as warehouse:
        key = load_or_create_key(settings)
        rules = read_rules(warehouse, key=key)
        evidence = read_evidence(warehouse, Truth(truth), rules=rules, key=key)
    evaluation_pages.print_evaluation(score(evidence))
    names = {rule.rule_id: rule.rule_name for rule in rules.matching_rules.values()}
    evaluation_pages.print_mistakes(worst_mistakes(evidence, worst), evidence, names)
