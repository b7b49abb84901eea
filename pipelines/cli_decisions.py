"""`siyu merge`, `split`, `block`, `unblock`, `forget`, and trying changes of rules.

Every verb says what would change and changes nothing; `--yes` does it.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_errors import readable_errors
from pipelines.cli_identity import SUBJECT_HELP, IdentifierA, SubjectA, SubjectB, identity
from pipelines.exports.contract_files import load_contracts
from pipelines.identity.correct.corrections import Desk, carry_out, try_change, unseen
from pipelines.identity.correct.decision_file import decisions_file
from pipelines.identity.correct.decisions import Decision
from pipelines.identity.correct.no_effect import why_nobody_changes
from pipelines.identity.explain.subjects import Finder
from pipelines.identity.rules.planned_change import read_rule_change
from pipelines.identity.rules.seeds import Rules, build_rules, read_seeds
from pipelines.orchestration.identity_run import present_conditions, resolver
from pipelines.orchestration.refresh import refresh as refresh_warehouse
from pipelines.privacy.erasure import erase, plan_erasure
from pipelines.privacy.keys import load_or_create_key
from pipelines.reporting import console, decision_pages, effect_pages, forget_pages
from pipelines.settings import LOCAL_TIME_ZONE, Settings, current_settings
from pipelines.warehouse import open_warehouse, refresh_lock

Yes = Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would change.")]
Note = Annotated[str, typer.Option(help="Why; kept with the decision.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; default the user's name.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to `siyu`."""
    for verb in (merge, split, block, unblock, forget):
        app.command()(verb)


def merge(a: SubjectA, b: SubjectB, yes: Yes = False, note: Note = "", by: By = None) -> None:
    """A and B are one person, whatever rules and limits say."""
    _decide(lambda desk: desk.merge(a, b), yes=yes, note=note, by=by)


def split(
    a: IdentifierA,
    b: Annotated[str | None, typer.Argument(metavar="[B]", help="TYPE:VALUE or a value")] = None,
    yes: Yes = False,
    note: Note = "",
    by: By = None,
) -> None:
    """A and B are two people; without B: take A out of its customer."""
    _decide(lambda desk: desk.split(a, b), yes=yes, note=note, by=by)


def block(a: IdentifierA, yes: Yes = False, note: Note = "", by: By = None) -> None:
    """A names nobody: a shared, invented or resold value."""
    _decide(lambda desk: desk.block(a), yes=yes, note=note, by=by)


def unblock(a: IdentifierA, yes: Yes = False, note: Note = "", by: By = None) -> None:
    """A names its person again, whatever the block list says."""
    _decide(lambda desk: desk.unblock(a), yes=yes, note=note, by=by)


@identity.command()
def revoke(
    number: Annotated[int, typer.Argument(help="As `siyu identity decisions` shows it.")],
    yes: Yes = False,
    note: Note = "",
    by: By = None,
) -> None:
    """Take an earlier decision back."""
    _decide(lambda desk: desk.revoke(number), yes=yes, note=note, by=by)


def forget(
    people: Annotated[list[str], typer.Argument(metavar="A…", help=SUBJECT_HELP)],
    yes: Yes = False,
    refresh: Annotated[
        bool, typer.Option(help="Rebuild and publish at once; else the next refresh does.")
    ] = True,
    note: Note = "",
    by: By = None,
) -> None:
    """Forget people for good: everywhere in the warehouse, and in files that come again."""
    from pipelines.audiences.care import packages_holding
    from pipelines.reporting import audience_pages

    with readable_errors():
        settings = current_settings()
        contracts = load_contracts(settings)
        with _desk(settings, by, note) as (desk, rules):
            erasure = plan_erasure(desk, people)
            forgotten = erase(
                desk.finder.connection,
                resolver(settings, datetime.now(UTC)),
                rules,
                erasure,
                contracts,
                file=decisions_file(settings) if yes else None,
            )
        forget_pages.print_forgotten(erasure, forgotten, settings, is_done=yes)
        holding = packages_holding(settings, erasure.tombstones)
        audience_pages.print_holding(holding, is_done=yes)
        if not yes:
            effect_pages.print_dry_run("This cannot be taken back. Add --yes to do it.")
            return
        if not refresh:
            forget_pages.print_unfinished()
            return
        with console.RefreshProgress() as progress:
            outcome = refresh_warehouse(settings, progress)
        console.print_outcome(outcome)
        forget_pages.print_end(outcome, settings)


@identity.command()
def simulate_rules(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="YAML or CSV of changed seed rows.")
    ],
) -> None:
    """What changed rules would merge and split, on all data; changes nothing."""
    with readable_errors():
        settings = current_settings()
        change = read_rule_change(file)
        with _desk(settings, None, "") as (desk, rules):
            connection, key = desk.finder.connection, desk.finder.key
            seeds = read_seeds(connection)
            planned = build_rules(change.applied_to(seeds), key=key)
            effect = try_change(
                connection,
                resolver(settings, datetime.now(UTC)),
                (rules, desk.decisions),
                (planned, desk.decisions),
            )
        effect_pages.print_rule_change(change.in_words(seeds))
        effect_pages.print_effect(effect, is_done=False)
        effect_pages.print_dry_run(
            "To apply it, change the rows in dbt_project/seeds and run siyu refresh."
        )


def _decide(make: Callable[[Desk], Decision], *, yes: bool, note: str, by: str | None) -> None:
    """Say what a decision changes; with `yes` write it down and carry it out."""
    with readable_errors():
        settings = current_settings()
        file = decisions_file(settings)
        with _desk(settings, by, note) as (desk, rules):
            decision = make(desk)
            waiting = unseen(desk.finder.connection, decision)
            effect = carry_out(
                desk.finder.connection,
                resolver(settings, datetime.now(UTC)),
                (rules, desk.decisions),
                [decision],
                file=file if yes else None,
            )
            why = "" if effect.groups else why_nobody_changes(desk.finder.connection, decision)
        decision_pages.print_decision(decision, waiting)
        effect_pages.print_effect(effect, is_done=yes, why_not=why)
        if yes:
            decision_pages.print_decision_made(decision, os.path.relpath(file))
        else:
            effect_pages.print_dry_run("Add --yes to decide it.")


@contextmanager
def _desk(settings: Settings, by: str | None, note: str) -> Iterator[tuple[Desk, Rules]]:
    """The warehouse, for writing, and who decides."""
    with refresh_lock(settings), open_warehouse(settings, must_exist=True) as warehouse:
        rules, decisions = present_conditions(settings, warehouse)
        desk = Desk(
            finder=Finder(warehouse, rules.identifier_types, load_or_create_key(settings)),
            decisions=decisions,
            decided_at=datetime.now(LOCAL_TIME_ZONE),
            decided_by=by or getpass.getuser(),
            note=note,
        )
        yield desk, rules
