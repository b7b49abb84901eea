"""`siyu why` and the questions of `siyu identity`: read only, answered at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_errors import readable_errors
from pipelines.exports.contract_files import load_contracts
from pipelines.identity.correct.decision_file import decisions_file, read_decisions
from pipelines.identity.explain import as_of
from pipelines.identity.explain.masked import MaskedForms
from pipelines.identity.explain.stored import StoredIdentity
from pipelines.identity.explain.subjects import Finder
from pipelines.identity.explain.why import Explainer
from pipelines.identity.rules.seeds import read_rules
from pipelines.privacy.keys import load_or_create_key
from pipelines.reporting import decision_pages, training_page
from pipelines.reporting.identity_pages import Page
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse, reading_warehouse

identity = typer.Typer(
    name="identity",
    help="Who is who: decisions, rules, history.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

SUBJECT_HELP = "customer:NUMBER, TYPE:VALUE or a value; phones and e-mail in clear"
SubjectA = Annotated[str, typer.Argument(metavar="A", help=SUBJECT_HELP)]
SubjectB = Annotated[str, typer.Argument(metavar="B", help=SUBJECT_HELP)]
IdentifierA = Annotated[str, typer.Argument(metavar="A", help="TYPE:VALUE or a value")]


def why(
    a: SubjectA,
    b: Annotated[str | None, typer.Argument(metavar="[B]", help=SUBJECT_HELP)] = None,
) -> None:
    """Why A and B are one person or not; A alone: whose it is, and what holds them together."""
    with readable_errors(), _questions("siyu why") as (finder, page):
        if b is None:
            page.print_subject(finder.find(a))
        else:
            page.print_pair(finder.find(a), finder.find(b))


@identity.command()
def decisions() -> None:
    """List what people decided about identity: the audit log, oldest first."""
    with readable_errors():
        path = decisions_file(current_settings())
        decision_pages.print_decisions(read_decisions(path), path)


@identity.command()
def history(
    a: IdentifierA,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Who was it on this local day?")
    ] = None,
) -> None:
    """Whose an identifier was over time, and what changed it; --on DAY for one day."""
    with readable_errors(), _questions("siyu identity history") as (finder, page):
        known = finder.find_known(a)
        if on is None:
            events = page.stored.events(identifiers=[known.identifier_id])
            changes = as_of.changes(finder.connection, known.identifier_id)
            page.print_history(known, changes, events)
        else:
            then = as_of.known_on(finder.connection, known.identifier_id, on.date())
            now = as_of.meant_on(finder.connection, known.identifier_id, on.date())
            page.print_day(known, on.date(), then, now)


@identity.command()
def train(
    model: Annotated[str, typer.Argument(help="A file of brand/identity/splink, without .yml.")],
) -> None:
    """Let a Splink model learn from the warehouse which records look like one person."""
    from pipelines.identity.splink.models import find_model
    from pipelines.identity.splink.weak_edges import train_model

    settings = current_settings()
    with readable_errors():
        wanted = find_model(settings.brand_configuration, model)
        with open_warehouse(settings, must_exist=True) as warehouse:
            rules = read_rules(warehouse, key=load_or_create_key(settings))
            training = train_model(warehouse, wanted, rules)
    training_page.print_training(training, rules)


@identity.command()
def evaluate(
    truth: Annotated[
        Path, typer.Option(help="The truth of a simulated brand: a folder of `siyu simulate`.")
    ],
    worst: Annotated[int, typer.Option(min=0, help="So many mistakes are explained.")] = 20,
) -> None:
    """Hold the customers against the true people of a simulated brand: precision and recall."""
    from pipelines.identity.judge.evaluate import evaluate as score
    from pipelines.identity.judge.evaluate import read_evidence
    from pipelines.identity.judge.mistakes import worst_mistakes
    from pipelines.reporting import evaluation_pages
    from pipelines.simulation import Truth

    settings = current_settings()
    with readable_errors(), open_warehouse(settings, must_exist=True) as warehouse:
        key = load_or_create_key(settings)
        rules = read_rules(warehouse, key=key)
        evidence = read_evidence(warehouse, Truth(truth), rules=rules, key=key)
    evaluation_pages.print_evaluation(score(evidence))
    names = {rule.rule_id: rule.rule_name for rule in rules.matching_rules.values()}
    evaluation_pages.print_mistakes(worst_mistakes(evidence, worst), evidence, names)


@identity.command()
def suggest_blocks(
    most: Annotated[int, typer.Option("--most", min=1, help="How many to list.")] = 20,
) -> None:
    """List identifiers that strangers seem to share, such as a store's phone; changes nothing."""
    from pipelines.identity.correct.suggest import suggest_blocks as suggest
    from pipelines.reporting.block_suggestions import print_suggestions

    settings = current_settings()
    with readable_errors():
        with reading_warehouse(settings, "siyu identity suggest-blocks") as warehouse:
            rules = read_rules(warehouse, key=load_or_create_key(settings))
            suggestions = suggest(warehouse, most)
        print_suggestions(suggestions, rules.identifier_types)


@contextmanager
def _questions(verb: str) -> Iterator[tuple[Finder, Page]]:
    """The warehouse, read-only, ready for questions."""
    settings = current_settings()
    with reading_warehouse(settings, verb) as warehouse:
        key = load_or_create_key(settings)
        rules = read_rules(warehouse, key=key)
        stored = StoredIdentity(warehouse, read_decisions(decisions_file(settings)))
        masked_forms = MaskedForms(warehouse, load_contracts(settings))
        yield (
            Finder(warehouse, rules.identifier_types, key),
            Page(Explainer(stored), rules, masked_forms),
        )
